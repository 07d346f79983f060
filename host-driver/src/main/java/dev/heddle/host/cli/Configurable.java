package dev.heddle.host.cli;

/** A command that takes a configuration with its parameters as options. */
interface Configurable {
  /** The options. */
  ConfigurationOptions configurationOptions();
}
