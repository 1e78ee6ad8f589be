package dev.gantry.controller.kube.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.batch.FailurePolicy.Action;
import dev.gantry.controller.kube.batch.FailurePolicy.Judgement;
import dev.gantry.controller.kube.batch.PodFailure.Condition;
import dev.gantry.controller.kube.batch.PodFailure.Exit;
import dev.gantry.controller.kube.owner.ObjectWorld;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a job makes of what a failed pod shows. */
class FailurePolicyTest {

    private static FailurePolicy policy(String... rules) {
        return FailurePolicy.of(ObjectWorld.json("{'rules': [%s]}".formatted(String.join(",", rules))));
    }

    private static String onExit(String action, String codes) {
        return "{'action': '%s', 'onExitCodes': {%s}}".formatted(action, codes);
    }

    private static PodFailure exited(Exit... exits) {
        return new PodFailure("shop/sum-x", List.of(exits), List.of());
    }

    private static PodFailure shown(Condition... conditions) {
        return new PodFailure("shop/sum-x", List.of(), List.of(conditions));
    }

    @Test
    void countsWhatNoRuleMatches() {
        FailurePolicy policy = policy(onExit("FailJob", "'operator': 'In', 'values': [42]"));
        assertThat(policy.judge(exited(new Exit("c", 1)))).isEqualTo(Judgement.COUNTED);
        assertThat(policy().judge(exited(new Exit("c", 42)))).isEqualTo(Judgement.COUNTED);
    }

    @Test
    void failsTheJobAndSaysWhy() {
        FailurePolicy policy = policy(
                onExit("Ignore", "'containerName': 'other', 'operator': 'In', 'values': [42]"),
                onExit("FailJob", "'operator': 'In', 'values': [41, 42]"));
        assertThat(policy.judge(exited(new Exit("c", 42))))
                .isEqualTo(new Judgement(
                        Action.FAIL_JOB,
                        "Container c for pod shop/sum-x failed with exit code 42 matching FailJob rule at index 1"));
        assertThat(policy("{'action': 'FailJob', 'onPodConditions': [{'type': 'ConfigIssue', 'status': 'True'}]}")
                        .judge(shown(new Condition("ConfigIssue", "True"))))
                .isEqualTo(new Judgement(
                        Action.FAIL_JOB, "Pod shop/sum-x has condition ConfigIssue matching FailJob rule at index 0"));
    }

    @Test
    void takesTheFirstRuleThatMatches() {
        FailurePolicy policy = policy(
                "{'action': 'Ignore', 'onPodConditions': [{'type': 'DisruptionTarget', 'status': 'True'}]}",
                onExit("FailIndex", "'operator': 'NotIn', 'values': [1]"));
        PodFailure evicted = new PodFailure(
                "shop/sum-x", List.of(new Exit("c", 143)), List.of(new Condition("DisruptionTarget", "True")));
        assertThat(policy.judge(evicted).action()).isEqualTo(Action.IGNORE);
        assertThat(policy.judge(exited(new Exit("c", 143))).action()).isEqualTo(Action.FAIL_INDEX);
        assertThat(policy.judge(exited(new Exit("c", 1))).action()).isEqualTo(Action.COUNT);
        assertThat(policy.judge(shown(new Condition("DisruptionTarget", "False")))
                        .action())
                .isEqualTo(Action.COUNT);
    }

    @Test
    void looksAtNoContainerThatHasSucceeded() {
        FailurePolicy policy = policy(onExit("Ignore", "'operator': 'NotIn', 'values': [1]"));
        assertThat(policy.judge(exited(new Exit("c", 0))).action()).isEqualTo(Action.COUNT);
        assertThat(policy.judge(exited(new Exit("c", 0), new Exit("i", 2))).action())
                .isEqualTo(Action.IGNORE);
    }
}
