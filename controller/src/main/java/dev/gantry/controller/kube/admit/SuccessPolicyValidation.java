package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Checks the rules by which a job with indexes has succeeded before all of them have. */
record SuccessPolicyValidation(Findings findings, JsonNode job, String path) {

    private static final int RULES_MAX = 20;
    private static final int INDEXES_BYTES_MAX = 64 * 1024;

    void check() {
        JsonNode rules = job.path("successPolicy").path("rules");
        if (rules.isEmpty()) {
            findings.required(
                    path + ".rules", "at least one rules must be specified when the successPolicy is specified");
        } else if (rules.size() > RULES_MAX) {
            findings.tooMany(path + ".rules", RULES_MAX);
        } else {
            for (int i = 0; i < rules.size(); i++) {
                rule(rules.get(i), path + ".rules[" + i + "]");
            }
        }
    }

    private void rule(JsonNode rule, String at) {
        boolean hasIndexes = rule.hasNonNull("succeededIndexes");
        if (!hasIndexes && !rule.hasNonNull("succeededCount")) {
            findings.required(at, "at least one of succeededCount or succeededIndexes must be specified");
        }
        int total = hasIndexes ? indexes(rule.path("succeededIndexes").asText(), at + ".succeededIndexes") : 0;
        JsonNode count = rule.path("succeededCount");
        int completions = job.path("completions").asInt();
        findings.notNegative(at + ".succeededCount", count);
        if (count.asInt() > completions) {
            most(at, count, completions + " (the number of specified completions)");
        }
        if (hasIndexes && count.asInt() > total) {
            most(at, count, total + " (the number of indexes in the specified succeededIndexes field)");
        }
    }

    private void most(String at, JsonNode count, String most) {
        findings.invalid(at + ".succeededCount", count, "must be less than or equal to " + most);
    }

    /** How many there are; 0 if something is wrong with them. */
    private int indexes(String text, String at) {
        if (text.getBytes(StandardCharsets.UTF_8).length > INDEXES_BYTES_MAX) {
            findings.tooLong(at, INDEXES_BYTES_MAX);
            return 0;
        }
        IndexText read = IndexText.read(text, job.path("completions").asInt());
        read.problem().ifPresent(problem -> findings.invalid(at, text, "error parsing succeededIndexes: " + problem));
        return read.count();
    }

    /** A list of indexes and ranges of them, {@code 1,3-5}, in upstream's words where it is none. */
    private record IndexText(int count, Optional<String> problem) {

        private static IndexText read(String text, int completions) {
            int count = 0;
            int last = -1;
            for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
                String[] ends = part.split("-", -1);
                if (ends.length > 2) {
                    return wrong("the fragment \"" + part
                            + "\" violates the requirement that an index interval can have at most two parts"
                            + " separated by '-'");
                }
                for (String end : ends) {
                    if (!end.matches("\\d{1,9}")) {
                        return wrong("cannot convert string to integer for index: \"" + end + "\"");
                    }
                    int index = Integer.parseInt(end);
                    if (index >= completions) {
                        return wrong("too large index: \"" + end + "\"");
                    }
                    if (index <= last) {
                        return wrong("non-increasing order, previous: " + last + ", current: " + index);
                    }
                    last = index;
                }
                count += last - Integer.parseInt(ends[0]) + 1;
            }
            return new IndexText(count, Optional.empty());
        }

        private static IndexText wrong(String problem) {
            return new IndexText(0, Optional.of(problem));
        }
    }
}
