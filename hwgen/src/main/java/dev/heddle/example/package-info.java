/** Designs that show the language; benchmarks and tests build them. */
package dev.heddle.example;
