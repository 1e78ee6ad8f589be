package dev.gantry.controller.kube.autoscale;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.gantry.controller.kube.owner.ObjectWorld;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {

    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final JsonNode NO_BEHAVIOR = MissingNode.getInstance();
    private static final int MOST = 100;

    private static Pace.Step step(JsonNode behavior, int current, History history, int recommended) {
        return new Pace(behavior, 1, MOST, current, history, NOW).towards(recommended);
    }

    private static JsonNode behavior(String text) {
        return ObjectWorld.json(text);
    }

    @ParameterizedTest
    @CsvSource({
        "2, 9, 4, ScaleUpLimit",
        "10, 15, 15, DesiredWithinRange",
        "60, 115, 100, TooManyReplicas",
        "3, 0, 1, TooFewReplicas",
        "9, 2, 2, DesiredWithinRange"
    })
    void goesAtMostTwiceAsFarUpWithoutABehavior(int current, int recommended, int replicas, String reason) {
        Pace.Step step = step(NO_BEHAVIOR, current, History.NONE, recommended);
        assertThat(step.replicas()).isEqualTo(replicas);
        assertThat(step.limited().reason()).isEqualTo(reason);
        assertThat(step.limited().status()).isEqualTo(replicas == recommended ? "False" : "True");
    }

    @Test
    void goesDownOnlyToTheHighestOfFiveMinutes() {
        History history = History.NONE.recommended(8, NOW.minusSeconds(301)).recommended(5, NOW.minusSeconds(299));
        Pace.Step step = step(NO_BEHAVIOR, 8, history, 2);
        assertThat(step.replicas()).isEqualTo(5);
        assertThat(step.able().reason()).isEqualTo("ScaleDownStabilized");
    }

    @Test
    void goesUpOnlyToTheLowestOfTheWindowThatIsAskedFor() {
        JsonNode slow = behavior("{'scaleUp': {'stabilizationWindowSeconds': 60, 'selectPolicy': 'Max', 'policies':"
                + " [{'type': 'Pods', 'value': 50, 'periodSeconds': 15}]}}");
        History history = History.NONE.recommended(4, NOW.minusSeconds(61)).recommended(6, NOW.minusSeconds(59));
        Pace.Step step = step(slow, 4, history, 20);
        assertThat(step.replicas()).isEqualTo(6);
        assertThat(step.able().reason()).isEqualTo("ScaleUpStabilized");
    }

    @ParameterizedTest
    @CsvSource({"Max, 20", "Min, 14", "Disabled, 10"})
    void selectsAmongPoliciesForMore(String select, int replicas) {
        JsonNode up = behavior("{'scaleUp': {'selectPolicy': '" + select
                + "', 'policies': [{'type': 'Pods', 'value': 4, 'periodSeconds': 60},"
                + " {'type': 'Percent', 'value': 100, 'periodSeconds': 60}]}}");
        Pace.Step step = step(up, 10, History.NONE, 90);
        assertThat(step.replicas()).isEqualTo(replicas);
        assertThat(step.limited().reason()).isEqualTo("ScaleUpLimit");
    }

    /** Of the documentation: from 80 by the percentage first, and by pods when that allows more. */
    @ParameterizedTest
    @CsvSource({"80, 72", "72, 64", "37, 33", "36, 32", "10, 6"})
    void goesDownAsTheDocumentationHasIt(int current, int replicas) {
        JsonNode down = behavior("{'scaleDown': {'stabilizationWindowSeconds': 0, 'selectPolicy': 'Max', 'policies':"
                + " [{'type': 'Pods', 'value': 4, 'periodSeconds': 60},"
                + " {'type': 'Percent', 'value': 10, 'periodSeconds': 60}]}}");
        Pace.Step step = step(down, current, History.NONE, 1);
        assertThat(step.replicas()).isEqualTo(replicas);
        assertThat(step.limited().reason()).isEqualTo("ScaleDownLimit");
    }

    @Test
    void countsWhatWasDoneWithinThePeriod() {
        JsonNode up = behavior("{'scaleUp': {'selectPolicy': 'Max', 'policies':"
                + " [{'type': 'Pods', 'value': 4, 'periodSeconds': 60}]}}");
        History lately = History.NONE.scaled(NOW.minusSeconds(59), 3);
        assertThat(step(up, 10, lately, 90).replicas()).isEqualTo(11);
        History longer = History.NONE.scaled(NOW.minusSeconds(61), 3);
        assertThat(step(up, 10, longer, 90).replicas()).isEqualTo(14);
    }

    @Test
    void aScalingIsRememberedOnce() {
        History history = History.NONE.scaled(NOW, 3).scaled(NOW, 3).scaled(NOW, 0);
        assertThat(history.scalings()).containsExactly(new History.Scaling(NOW, 3));
    }
}
