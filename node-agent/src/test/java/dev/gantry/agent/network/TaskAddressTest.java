package dev.gantry.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TaskAddressTest {

    @Test
    void isLedToForContainersAndTheMachineAndKeptFromOthers() {
        String script = TaskAddress.script("abcdefghijkl", List.of("docker0"), 4711);

        assertThat(script)
                .contains("table ip gantry_abcdefgh_tasks {")
                .contains("iifname { \"docker0\", \"gantryabcdefgh\" } ip daddr 169.254.170.2 tcp dport 80 dnat to"
                        + " 169.254.170.2:4711")
                .contains("iifname != \"lo\" tcp dport 4711 drop");
    }

    @Test
    void takesNoNameThatIsNoneOfAnInterface() {
        assertThat(TaskAddress.script("abc", List.of("x\" } accept; drop"), 1)).doesNotContain("x\"");
    }
}
