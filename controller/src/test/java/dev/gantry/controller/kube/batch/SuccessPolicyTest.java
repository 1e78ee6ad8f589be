package dev.gantry.controller.kube.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.owner.ObjectWorld;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When some indexes are enough. */
class SuccessPolicyTest {

    private static Optional<String> met(String rules, String done) {
        return SuccessPolicy.of(ObjectWorld.json("{'rules': [%s]}".formatted(rules)))
                .met(Indexes.parse(done, 100))
                .map(Verdict::message);
    }

    @Test
    void wantsAllIndexesThatItNames() {
        String rule = "{'succeededIndexes': '1,3-5'}";
        assertThat(met(rule, "0-4")).isEmpty();
        assertThat(met(rule, "1,3-5")).contains("Matched rules at index 0");
    }

    @Test
    void wantsAsManyAsItSays() {
        assertThat(met("{'succeededCount': 2}", "7")).isEmpty();
        assertThat(met("{'succeededCount': 2}", "7,9")).isPresent();
        String some = "{'succeededIndexes': '0-3', 'succeededCount': 2}";
        assertThat(met(some, "0,4-9")).isEmpty();
        assertThat(met(some, "0,3")).isPresent();
    }

    @Test
    void saysWhichRuleWasMetFirst() {
        assertThat(met("{'succeededIndexes': '9'}, {'succeededCount': 1}, {'succeededCount': 0}", "3"))
                .contains("Matched rules at index 1");
    }

    @Test
    void isNotMetBeforeAnythingHasSucceeded() {
        assertThat(met("{'succeededCount': 0}, {'succeededIndexes': ''}", "")).isEmpty();
        assertThat(met("", "1-50")).isEmpty();
    }
}
