package dev.heddle.host.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AttendGroupsTest {
  @Test
  void theFirstOfSeveralEntriesIsAlone() {
    assertThat(AttendGroups.of(1)).containsExactly(1);
    assertThat(AttendGroups.of(5)).containsExactly(5);
    assertThat(AttendGroups.of(6)).containsExactly(1, 5);
    assertThat(AttendGroups.of(64)).containsExactly(1, 63);
  }
}
