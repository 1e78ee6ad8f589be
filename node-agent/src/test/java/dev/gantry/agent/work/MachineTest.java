package dev.gantry.agent.work;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineTest {

    @ParameterizedTest
    @CsvSource({
        "eth0, false",
        "enp3s0, false",
        "gantrybr0, false",
        "docker0, true",
        "br-0123456789ab, true",
        "veth12ab34, true",
        "gantry0123abcd, true",
        "gvxlan0123abcd, true"
    })
    void isNotReachedAtTheAddressesOfItsContainers(String name, boolean isOfContainers) {
        assertThat(Machine.isOfContainers(name)).isEqualTo(isOfContainers);
    }
}
