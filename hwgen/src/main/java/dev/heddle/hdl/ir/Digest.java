package dev.heddle.hdl.ir;

import java.math.BigInteger;

/**
 * A 128-bit hash of everything that is written of a module. It walks each node once and makes no
 * text, so that finding equal modules costs a small part of building them.
 *
 * @param high first half
 * @param low second half
 */
public record Digest(long high, long low) {
  static Digest of(Definition definition) {
    Hasher hasher = new Hasher(definition);
    hasher.definition();
    return new Digest(hasher.high, hasher.low);
  }

  private static final class Hasher {
    private final Definition definition;
    private long high = 0x243F6A8885A308D3L;
    private long low = 0x13198A2E03707344L;

    Hasher(Definition definition) {
      this.definition = definition;
    }

    void definition() {
      mix(definition.name());
      mix(definition.documentation());
      mix(definition.external() ? 1 : 0);
      definition
          .parameters()
          .forEach(
              (parameter, value) -> {
                mix(parameter);
                mix(value);
              });
      for (Domain domain : definition.domains()) {
        mix(domain.clock());
        mix(domain.reset());
      }
      for (Memory memory : definition.memories()) {
        mix(memory.name());
        mix(memory.width());
        mix(memory.depth());
        memory.contents().forEach(this::mix);
      }
      for (Instance instance : definition.instances()) {
        mix(instance.name());
        Digest child = instance.definition().digest();
        mix(child.high);
        mix(child.low);
        instance.domains().forEach(this::mix);
      }
      for (Node node : definition.nodes()) {
        mix(
            node.op().ordinal()
                | (node.signed() ? 256 : 0)
                | (node.capturing() ? 512 : 0)
                | (long) node.width() << 10);
        mix(node.name());
        mix(node.domain());
        mix(node.low());
        if (node.value() != null) {
          mix(node.value());
        }
        if (node.enumeration() != null) {
          node.enumeration().forEach(this::mix);
        }
        if (node.memory() != null) {
          mix(definition.memories().indexOf(node.memory()));
        }
        for (Node operand : node.operands()) {
          reference(operand);
        }
      }
      definition.unused().forEach(this::reference);
      block(definition.body());
    }

    private void block(Block block) {
      mix(block.statements().size());
      for (Statement statement : block.statements()) {
        if (statement instanceof Statement.Assign assign) {
          mix(1);
          reference(assign.target());
          reference(assign.value());
        } else if (statement instanceof Statement.If branch) {
          mix(2);
          reference(branch.condition());
          block(branch.then());
          block(branch.otherwise());
        } else if (statement instanceof Statement.Switch choice) {
          mix(3);
          reference(choice.subject());
          for (Statement.Case arm : choice.cases()) {
            reference(arm.constant());
            block(arm.body());
          }
        } else if (statement instanceof Statement.Write write) {
          mix(4);
          mix(definition.memories().indexOf(write.memory()));
          mix(write.domain());
          reference(write.address());
          reference(write.data());
          if (write.mask() != null) {
            reference(write.mask());
          }
        } else if (statement instanceof Statement.Property property) {
          mix(5);
          mix(property.kind().ordinal());
          mix(property.domain());
          mix(property.message());
          reference(property.condition());
        }
      }
    }

    private void reference(Node node) {
      if (node.op() == Op.LITERAL) {
        mix(node.value());
        mix(node.width());
        mix(node.symbol());
      } else {
        mix(node.owner() == definition ? -1 : node.owner().position());
        mix(node.id());
      }
    }

    private void mix(String text) {
      if (text == null) {
        mix(-1);
        return;
      }
      // The hash of a string is kept by the string; the characters make up for its 32 bits.
      int length = text.length();
      mix((long) length << 32 | text.hashCode() & 0xFFFF_FFFFL);
      long packed = 0;
      for (int i = 0; i < length; i++) {
        packed = packed << 16 | text.charAt(i);
        if ((i & 3) == 3) {
          mix(packed);
          packed = 0;
        }
      }
      mix(packed);
    }

    private void mix(BigInteger value) {
      if (value.bitLength() < 64) {
        mix(value.longValue());
      } else {
        mix(value.toString(16));
      }
    }

    private void mix(long x) {
      high = (high ^ x) * 0x9E3779B97F4A7C15L;
      high ^= high >>> 29;
      low = (low + x) * 0xC2B2AE3D27D4EB4FL;
      low ^= low >>> 32;
    }
  }
}
