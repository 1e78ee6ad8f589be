package dev.gantry.controller.kube.batch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.batch.PodFailure.Condition;
import dev.gantry.controller.kube.batch.PodFailure.Exit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a job makes of a failure of its pods: what the first rule says that matches. Without one it counts. */
record FailurePolicy(List<Rule> rules) {

    enum Action {
        COUNT("Count"),
        FAIL_INDEX("FailIndex"),
        FAIL_JOB("FailJob"),
        IGNORE("Ignore");

        private final String word;

        Action(String word) {
            this.word = word;
        }

        private static Action of(String word) {
            return Stream.of(values())
                    .filter(action -> action.word.equals(word))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no action of a failure policy: " + word));
        }
    }

    /** @param why the job fails, if it does; empty otherwise */
    record Judgement(Action action, String why) {

        static final Judgement COUNTED = new Judgement(Action.COUNT, "");
    }

    record Rule(Action action, Pattern pattern) {}

    sealed interface Pattern {

        /** @param container empty for any */
        record ExitCodes(String container, boolean isIn, Set<Integer> values) implements Pattern {}

        record PodConditions(List<Condition> wanted) implements Pattern {}
    }

    static FailurePolicy of(JsonNode policy) {
        return new FailurePolicy(policy.path("rules")
                .valueStream()
                .map(rule -> new Rule(Action.of(rule.path("action").asText()), pattern(rule)))
                .toList());
    }

    private static Pattern pattern(JsonNode rule) {
        JsonNode codes = rule.path("onExitCodes");
        if (codes.isObject()) {
            return new Pattern.ExitCodes(
                    codes.path("containerName").asText(),
                    codes.path("operator").asText().equals("In"),
                    codes.path("values").valueStream().map(JsonNode::asInt).collect(Collectors.toSet()));
        }
        List<Condition> wanted = new ArrayList<>();
        rule.path("onPodConditions")
                .forEach(one -> wanted.add(new Condition(
                        one.path("type").asText(), one.path("status").asText("True"))));
        return new Pattern.PodConditions(wanted);
    }

    Judgement judge(PodFailure failure) {
        for (int i = 0; i < rules.size(); i++) {
            Action action = rules.get(i).action();
            Optional<String> match = match(rules.get(i).pattern(), failure);
            if (match.isPresent()) {
                String why = "%s matching %s rule at index %d".formatted(match.get(), action.word, i);
                return new Judgement(action, action == Action.FAIL_JOB ? why : "");
            }
        }
        return Judgement.COUNTED;
    }

    /** What of the failure matches, in upstream's words. */
    private static Optional<String> match(Pattern pattern, PodFailure failure) {
        return switch (pattern) {
            case Pattern.ExitCodes codes ->
                failure.exits().stream()
                        .filter(exit -> matches(codes, exit))
                        .findFirst()
                        .map(exit -> "Container %s for pod %s failed with exit code %d"
                                .formatted(exit.container(), failure.pod(), exit.code()));
            case Pattern.PodConditions(List<Condition> wanted) ->
                failure.conditions().stream()
                        .filter(wanted::contains)
                        .findFirst()
                        .map(condition -> "Pod %s has condition %s".formatted(failure.pod(), condition.type()));
        };
    }

    private static boolean matches(Pattern.ExitCodes codes, Exit exit) {
        boolean isMeant = codes.container().isEmpty() || codes.container().equals(exit.container());
        return isMeant && exit.code() != 0 && codes.values().contains(exit.code()) == codes.isIn();
    }
}
