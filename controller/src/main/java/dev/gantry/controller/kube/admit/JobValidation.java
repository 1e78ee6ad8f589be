package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Checks what runs pods to their end. */
record JobValidation(Findings findings, JsonNode spec, String path) {

    private static final int MANY_INDEXES = 100_000;
    private static final int FEWER_INDEXES = 10_000;
    private static final int MANAGED_BY_MAX = 63;
    private static final Pattern URL_PATH = Pattern.compile("[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+");
    private static final String PARALLELISM = "parallelism";
    private static final String COMPLETIONS = "completions";
    private static final String LIMIT_PER_INDEX = "backoffLimitPerIndex";
    private static final String FAILED_INDEXES = "maxFailedIndexes";
    private static final String FAILURE_POLICY = "podFailurePolicy";
    private static final String SUCCESS_POLICY = "successPolicy";
    private static final String NOT_INDEXED = "requires indexed completion mode";

    void check(Optional<JsonNode> before) {
        for (String number : List.of(
                PARALLELISM,
                COMPLETIONS,
                "backoffLimit",
                "activeDeadlineSeconds",
                "ttlSecondsAfterFinished",
                LIMIT_PER_INDEX,
                FAILED_INDEXES)) {
            findings.notNegative(at(number), spec.path(number));
        }
        findings.oneOf(at("completionMode"), spec.path("completionMode"), List.of("NonIndexed", "Indexed"));
        if (spec.hasNonNull(FAILED_INDEXES) && !spec.hasNonNull(LIMIT_PER_INDEX)) {
            findings.required(at(LIMIT_PER_INDEX), "when maxFailedIndexes is specified");
        }
        if (spec.hasNonNull("managedBy")) {
            managedBy(spec.path("managedBy").asText());
        }
        if (isIndexed()) {
            indexed();
        } else {
            notIndexed();
        }
        if (spec.hasNonNull(FAILURE_POLICY)) {
            new FailurePolicyValidation(findings, spec, at(FAILURE_POLICY)).check();
        }
        if (spec.hasNonNull(SUCCESS_POLICY) && isIndexed()) {
            new SuccessPolicyValidation(findings, spec, at(SUCCESS_POLICY)).check();
        }
        findings.oneOf(
                at("podReplacementPolicy"),
                spec.path("podReplacementPolicy"),
                spec.hasNonNull(FAILURE_POLICY) ? List.of("Failed") : List.of("Failed", "TerminatingOrFailed"));
        template();
        before.ifPresent(this::changes);
    }

    private String at(String member) {
        return path + "." + member;
    }

    private boolean isIndexed() {
        return spec.path("completionMode").asText().equals("Indexed");
    }

    private void managedBy(String controller) {
        int slash = controller.indexOf('/');
        if (controller.isEmpty()) {
            findings.required(at("managedBy"), "");
        } else if (slash < 1 || slash == controller.length() - 1) {
            findings.invalid(at("managedBy"), controller, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        } else {
            String host = controller.substring(0, slash);
            String rest = controller.substring(slash + 1);
            Names.SUBDOMAIN.problem(host).ifPresent(problem -> findings.invalid(at("managedBy"), host, problem));
            if (!URL_PATH.matcher(rest).matches()) {
                findings.invalid(
                        at("managedBy"), rest, "Invalid path (regex used for validation is '" + URL_PATH + "')");
            }
        }
        if (controller.length() > MANAGED_BY_MAX) {
            findings.tooLong(at("managedBy"), MANAGED_BY_MAX);
        }
    }

    private void indexed() {
        JsonNode completions = spec.path(COMPLETIONS);
        JsonNode failed = spec.path(FAILED_INDEXES);
        if (!spec.hasNonNull(COMPLETIONS)) {
            findings.required(at(COMPLETIONS), "when completion mode is Indexed");
        }
        atMost(PARALLELISM, MANY_INDEXES, " when completion mode is Indexed");
        if (failed.isNumber() && completions.isNumber() && failed.asInt() > completions.asInt()) {
            findings.invalid(at(FAILED_INDEXES), failed, "must be less than or equal to completions");
        }
        atMost(FAILED_INDEXES, MANY_INDEXES, "");
        if (completions.asInt() > MANY_INDEXES && spec.hasNonNull(LIMIT_PER_INDEX)) {
            if (!spec.hasNonNull(FAILED_INDEXES)) {
                findings.required(at(FAILED_INDEXES), "must be specified when completions is above " + MANY_INDEXES);
            }
            String why = " when completions are above " + MANY_INDEXES + " and used with backoff limit per index";
            atMost(PARALLELISM, FEWER_INDEXES, why);
            atMost(FAILED_INDEXES, FEWER_INDEXES, why);
        }
    }

    private void atMost(String member, int most, String why) {
        if (spec.path(member).asInt() > most) {
            findings.invalid(at(member), spec.path(member), "must be less than or equal to " + most + why);
        }
    }

    private void notIndexed() {
        for (String member : List.of(LIMIT_PER_INDEX, FAILED_INDEXES, SUCCESS_POLICY)) {
            if (spec.hasNonNull(member)) {
                findings.invalid(at(member), spec.path(member), NOT_INDEXED);
            }
        }
    }

    private void template() {
        JsonNode pod = spec.path("template").path("spec");
        JsonNode restart = pod.path("restartPolicy");
        String field = at("template.spec.restartPolicy");
        if (restart.asText("Always").equals("Always")) {
            findings.required(field, "valid values: \"OnFailure\", \"Never\"");
        } else if (spec.hasNonNull(FAILURE_POLICY) && restart.asText().equals("OnFailure")) {
            findings.invalid(field, restart, "only \"Never\" is supported when podFailurePolicy is specified");
        }
        PodValidation template = new PodValidation(findings, pod, at("template.spec"));
        template.check();
        template.checkNoEphemeralContainers("ephemeral containers not allowed in pod template");
    }

    private void changes(JsonNode old) {
        JsonNode completions = spec.path(COMPLETIONS);
        if (!isIndexed()) {
            findings.unchanged(at(COMPLETIONS), old.path(COMPLETIONS), completions);
        } else if (!completions.equals(old.path(COMPLETIONS)) && !completions.equals(spec.path(PARALLELISM))) {
            findings.invalid(at(COMPLETIONS), completions, "can only be modified in tandem with " + at(PARALLELISM));
        }
        for (String member :
                List.of("selector", "completionMode", FAILURE_POLICY, LIMIT_PER_INDEX, "managedBy", SUCCESS_POLICY)) {
            findings.unchanged(at(member), old.path(member), spec.path(member));
        }
        // Where its pods go may be decided until it starts.
        if (!old.path("suspend").asBoolean()) {
            findings.unchanged(at("template"), old.path("template"), spec.path("template"));
        }
    }
}
