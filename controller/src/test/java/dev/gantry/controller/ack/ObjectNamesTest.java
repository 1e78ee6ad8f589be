package dev.gantry.controller.ack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectNamesTest {

    @ParameterizedTest
    @ValueSource(strings = {"web", "web-1", "1", "x", "x1"})
    void aNameThatCanBeOneIsOne(String name) {
        assertThat(ObjectNames.of(name)).isEqualTo(name);
        assertThat(ObjectNames.ofService("default", name)).isEqualTo(name);
        assertThat(ObjectNames.ofService("prod", name)).isEqualTo(name + ".prod");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Web", "my_web", "-web", "web-", "_", "web-x0123456789ab", "x0123456789ab"})
    void anotherGetsALikeness(String name) {
        assertThat(ObjectNames.of(name)).isNotEqualTo(name).matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
        assertThat(ObjectNames.isPlain(ObjectNames.of(name))).isFalse();
    }

    @Test
    void differentNamesStayDifferentAndShort() {
        String longest = "A".repeat(255);
        Set<String> names = new HashSet<>();
        for (String name : List.of("Web", "web", "WEB", "web_", "web-", longest, longest.substring(1))) {
            assertThat(names.add(ObjectNames.of(name))).as(name).isTrue();
        }
        assertThat(ObjectNames.ofService(longest, longest)).hasSizeLessThan(253);
    }
}
