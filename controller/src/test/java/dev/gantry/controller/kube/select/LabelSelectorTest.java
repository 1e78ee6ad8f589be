package dev.gantry.controller.kube.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.controller.kube.refusal.KubeRefusal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelSelectorTest {

    private static final Map<String, String> LABELS = Map.of("app", "web", "tier", "front", "n", "5");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "app=web | true",
                "app==web | true",
                "app=db | false",
                "app!=web | false",
                "missing!=x | true",
                "app in (web, db) | true",
                "app notin (web) | false",
                "missing notin (x) | true",
                "app | true",
                "!app | false",
                "!missing | true",
                "n>4 | true",
                "n<4 | false",
                "app=web,tier=front | true",
                "app in (web,db),tier=back | false"
            })
    void readsEveryFormOfARequirement(String text, boolean matches) {
        assertThat(LabelSelector.parse(text).matches(LABELS)).isEqualTo(matches);
    }

    @Test
    void refusesWhatIsNone() {
        assertThatThrownBy(() -> LabelSelector.parse("a b c"))
                .isInstanceOf(KubeRefusal.class)
                .hasMessageContaining("unable to parse requirement");
    }
}
