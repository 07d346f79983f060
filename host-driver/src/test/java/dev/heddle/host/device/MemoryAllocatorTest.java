package dev.heddle.host.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MemoryAllocatorTest {
  private static final long CAPACITY = 1 << 16;

  @Property(tries = 200)
  void regionsNeverOverlapAndAllMemoryComesBack(@ForAll long seed) {
    Random random = new Random(seed);
    MemoryAllocator memory = new MemoryAllocator(CAPACITY);
    long free = memory.freeBytes();
    List<MemoryRegion> live = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      if (!live.isEmpty() && random.nextInt(3) == 0) {
        memory.free(live.remove(random.nextInt(live.size())));
        continue;
      }
      try {
        MemoryRegion region = memory.allocate(1 + random.nextInt(3000), "a test");
        assertThat(region.address() % 64).isZero();
        assertThat(region.address()).isPositive();
        assertThat(region.address() + region.bytes()).isLessThanOrEqualTo(CAPACITY);
        for (MemoryRegion other : live) {
          assertThat(
                  region.address() + region.bytes() <= other.address()
                      || other.address() + other.bytes() <= region.address())
              .isTrue();
        }
        live.add(region);
      } catch (DeviceException full) {
        assertThat(full).hasMessageContaining("card memory is full: a test takes");
      }
    }
    live.forEach(memory::free);
    assertThat(memory.freeBytes()).isEqualTo(free);
    assertThat(memory.allocate(free, "everything").bytes()).isEqualTo(free);
  }

  @Test
  void aRegionIsFreedOnce() {
    MemoryAllocator memory = new MemoryAllocator(CAPACITY);
    MemoryRegion region = memory.allocate(100, "a test");
    memory.free(region);
    assertThatThrownBy(() -> memory.free(region))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("128 bytes at 0x40 is free already");
  }
}
