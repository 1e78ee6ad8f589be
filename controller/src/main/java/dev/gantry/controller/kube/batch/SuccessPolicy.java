package dev.gantry.controller.kube.batch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** When a job with indexes has succeeded before all of them have: as soon as one of its rules is met. */
record SuccessPolicy(List<Rule> rules) {

    /**
     * @param indexes that count; empty for all
     * @param count how many of them must have succeeded; empty for all
     */
    record Rule(Optional<List<IndexRange>> indexes, OptionalInt count) {

        private boolean isMet(Indexes done) {
            if (indexes.isEmpty()) {
                return count.isPresent() && done.size() >= count.getAsInt();
            }
            int wanted = indexes.get().stream().mapToInt(IndexRange::size).sum();
            int there = indexes.get().stream()
                    .mapToInt(range -> range.count(done.numbers()))
                    .sum();
            return wanted > 0 && (there == wanted || count.isPresent() && there >= count.getAsInt());
        }
    }

    static SuccessPolicy of(JsonNode policy) {
        return new SuccessPolicy(policy.path("rules")
                .valueStream()
                .map(rule -> new Rule(
                        Optional.of(rule.path("succeededIndexes"))
                                .filter(JsonNode::isTextual)
                                .map(text -> IndexRange.parse(text.asText())),
                        rule.hasNonNull("succeededCount")
                                ? OptionalInt.of(rule.path("succeededCount").asInt())
                                : OptionalInt.empty()))
                .toList());
    }

    /** What the job comes to by the first rule that is met. */
    Optional<Verdict> met(Indexes done) {
        for (int i = 0; i < rules.size(); i++) {
            if (done.size() > 0 && rules.get(i).isMet(done)) {
                return Optional.of(Verdict.succeededByPolicy(i));
            }
        }
        return Optional.empty();
    }
}
