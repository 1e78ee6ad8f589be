package dev.gantry.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where others reach a controller. */
class EndpointsTest {

    private static String ipv4(String advertised) {
        return Endpoints.ipv4(
                new ControllerSettings.Listening("127.0.0.1", 4566, 4567, 6443, Optional.of(advertised), 0), 6443);
    }

    @Test
    void podsAreLedToAddresses() {
        assertThat(ipv4("192.0.2.7")).isEqualTo("192.0.2.7:6443");
        assertThat(ipv4("localhost")).isEqualTo("127.0.0.1:6443");
        assertThat(ipv4("::1")).as("no IPv4").isEmpty();
    }

    @Test
    void aControllerStartsUnderANameThatOnlyOthersKnow() {
        assertThat(ipv4("gantry.invalid")).isEmpty();
    }
}
