package dev.gantry.controller.kube.admit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.owner.ObjectWorld;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a job may not say, in upstream's words. */
class JobValidationTest {

    private static final String INDEXED = "'completionMode': 'Indexed', 'completions': 5";

    private static ObjectNode job(String spec, String restartPolicy) {
        ObjectNode job = ObjectWorld.json("""
            {'metadata': {'name': 'j'}, 'spec': {%s, 'template': {'spec': {'restartPolicy': '%s',
             'initContainers': [{'name': 'i', 'image': 'i'}], 'containers': [{'name': 'c', 'image': 'i'}]}}}}\
            """.formatted(spec, restartPolicy));
        Defaults.apply("batch/v1", "Job", job);
        return job;
    }

    private static List<String> check(ObjectNode job, Optional<ObjectNode> before) {
        return Validation.check("batch/v1", "Job", job, before).stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .toList();
    }

    private static List<String> check(String spec) {
        return check(job(spec, "Never"), Optional.empty());
    }

    private static List<String> rule(String rule) {
        return check("'podFailurePolicy': {'rules': [%s]}".formatted(rule));
    }

    private static List<String> exitCodes(String codes) {
        return rule("{'action': 'Ignore', 'onExitCodes': {%s}}".formatted(codes));
    }

    private static List<String> success(String rule) {
        return check(INDEXED + ", 'successPolicy': {'rules': [{%s}]}".formatted(rule));
    }

    private static String many(int count, String item) {
        return IntStream.range(0, count).mapToObj(item::formatted).collect(Collectors.joining(","));
    }

    @Test
    void takesWhatUpstreamTakes() {
        assertThat(check(INDEXED + """
            , 'backoffLimitPerIndex': 1, 'maxFailedIndexes': 5, 'managedBy': 'acme.io/jobs',
              'successPolicy': {'rules': [{'succeededIndexes': '0,2-4', 'succeededCount': 4}, {'succeededCount': 0}]},
              'podFailurePolicy': {'rules': [
                {'action': 'FailIndex', 'onExitCodes': {'containerName': 'i', 'operator': 'In', 'values': [1, 42]}},
                {'action': 'FailJob', 'onExitCodes': {'operator': 'NotIn', 'values': [0, 1]}},
                {'action': 'Ignore', 'onPodConditions': [{'type': 'DisruptionTarget'}]}]}\
            """)).isEmpty();
    }

    @Test
    void fillsInWhatFollowsFromThePolicies() {
        ObjectNode plain = job("'suspend': false", "Never");
        assertThat(plain.at("/spec/podReplacementPolicy").asText()).isEqualTo("TerminatingOrFailed");
        assertThat(plain.at("/spec/backoffLimit").asInt()).isEqualTo(6);
        ObjectNode judging = job("""
            'backoffLimitPerIndex': 1, 'podFailurePolicy': {'rules': [{'action': 'Ignore', 'onPodConditions': [
             {'type': 'DisruptionTarget'}]}]}\
            """, "Never");
        assertThat(judging.at("/spec/podReplacementPolicy").asText()).isEqualTo("Failed");
        assertThat(judging.at("/spec/backoffLimit").asInt()).isEqualTo(Integer.MAX_VALUE);
        assertThat(judging.at("/spec/podFailurePolicy/rules/0/onPodConditions/0/status")
                        .asText())
                .isEqualTo("True");
    }

    @Test
    void fillsInWhatFollowsFromThePoliciesOfACronJob() {
        ObjectNode cronJob = ObjectWorld.json("""
            {'spec': {'jobTemplate': {'spec': {'podFailurePolicy': {'rules': [{'action': 'Ignore', 'onPodConditions': [
             {'type': 'DisruptionTarget'}]}]}}}}}\
            """);
        Defaults.apply("batch/v1", "CronJob", cronJob);
        assertThat(cronJob.at("/spec/jobTemplate/spec/podFailurePolicy/rules/0/onPodConditions/0/status")
                        .asText())
                .isEqualTo("True");
    }

    @Test
    void judgesFailuresOnlyOfPodsThatAreNotRestarted() {
        String policy = "'podFailurePolicy': {'rules': []}";
        assertThat(check(job(policy, "OnFailure"), Optional.empty()))
                .containsExactly("spec.template.spec.restartPolicy: Invalid value: \"OnFailure\": only \"Never\" is"
                        + " supported when podFailurePolicy is specified");
        assertThat(check(policy + ", 'podReplacementPolicy': 'TerminatingOrFailed'"))
                .containsExactly("spec.podReplacementPolicy: Unsupported value: \"TerminatingOrFailed\": supported"
                        + " values: \"Failed\"");
    }

    @Test
    void wantsARuleToSayWhenAndWhat() {
        assertThat(rule("{'action': 'Count'}"))
                .containsExactly("spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and"
                        + " OnPodConditions is required");
        assertThat(rule("{'action': 'Count', 'onExitCodes': {'operator': 'In', 'values': [1]},"
                        + " 'onPodConditions': [{'type': 'A'}]}"))
                .containsExactly("spec.podFailurePolicy.rules[0]: Invalid value: specifying both OnExitCodes and"
                        + " OnPodConditions is not supported");
        assertThat(rule("{'onPodConditions': [{'type': 'A'}]}"))
                .containsExactly("spec.podFailurePolicy.rules[0].action: Required value: valid values:"
                        + " [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]");
        assertThat(rule("{'action': 'FailIndex', 'onPodConditions': [{'type': 'A', 'status': 'Maybe'}]}"))
                .containsExactly(
                        "spec.podFailurePolicy.rules[0].action: Invalid value: \"FailIndex\": requires the"
                                + " backoffLimitPerIndex to be set",
                        "spec.podFailurePolicy.rules[0].onPodConditions[0].status: Unsupported value: \"Maybe\":"
                                + " supported values: \"False\", \"True\", \"Unknown\"");
    }

    @Test
    void wantsExitCodesInOrder() {
        String at = "spec.podFailurePolicy.rules[0].onExitCodes.";
        assertThat(exitCodes("'operator': 'In', 'values': [0, 3, 2, 2]"))
                .containsExactly(
                        at + "values[0]: Invalid value: 0: must not be 0 for the In operator",
                        at + "values[3]: Duplicate value: 2",
                        at + "values: Invalid value: [0,3,2,2]: must be ordered");
        assertThat(exitCodes("'containerName': 'x', 'operator': 'Out', 'values': []"))
                .containsExactly(
                        at + "operator: Unsupported value: \"Out\": supported values: \"In\", \"NotIn\"",
                        at + "containerName: Invalid value: \"x\": must be one of the container or initContainer"
                                + " names in the pod template",
                        at + "values: Invalid value: []: at least one value is required");
    }

    @Test
    void boundsWhatPoliciesSay() {
        assertThat(exitCodes("'operator': 'In', 'values': [%s]"
                        .formatted(IntStream.rangeClosed(1, 256)
                                .mapToObj(Integer::toString)
                                .collect(Collectors.joining(",")))))
                .containsExactly("spec.podFailurePolicy.rules[0].onExitCodes.values: Too many: must have at most 255");
        String condition = "{'type': 'A%d'}";
        assertThat(rule(many(21, "{'action': 'Count', 'onPodConditions': [{'type': 'A%d'}]}")))
                .containsExactly("spec.podFailurePolicy.rules: Too many: must have at most 20");
        assertThat(rule("{'action': 'Count', 'onPodConditions': [%s]}".formatted(many(21, condition))))
                .containsExactly("spec.podFailurePolicy.rules[0].onPodConditions: Too many: must have at most 20");
        assertThat(check(INDEXED
                        + ", 'successPolicy': {'rules': [%s]}"
                                .formatted(many(21, "{'succeededCount': 1, 'succeededIndexes': '%d'}"))))
                .contains("spec.successPolicy.rules: Too many: must have at most 20");
        assertThat(success("'succeededIndexes': '%s'".formatted("0".repeat(65 * 1024))))
                .containsExactly("spec.successPolicy.rules[0].succeededIndexes: Too long: may not be more than 65536"
                        + " bytes");
    }

    @Test
    void wantsASuccessPolicyThatCanBeMet() {
        String at = "spec.successPolicy.rules[0]";
        assertThat(check(INDEXED + ", 'successPolicy': {'rules': []}"))
                .containsExactly("spec.successPolicy.rules: Required value: at least one rules must be specified when"
                        + " the successPolicy is specified");
        assertThat(success(""))
                .containsExactly(at + ": Required value: at least one of succeededCount or succeededIndexes must be"
                        + " specified");
        assertThat(success("'succeededCount': 6"))
                .containsExactly(at + ".succeededCount: Invalid value: 6: must be less than or equal to 5 (the number"
                        + " of specified completions)");
        assertThat(success("'succeededCount': 4, 'succeededIndexes': '0,2-3'"))
                .containsExactly(at + ".succeededCount: Invalid value: 4: must be less than or equal to 3 (the number"
                        + " of indexes in the specified succeededIndexes field)");
    }

    @Test
    void readsIndexesAsUpstreamDoes() {
        String at = "spec.successPolicy.rules[0].succeededIndexes: Invalid value: ";
        assertThat(success("'succeededIndexes': '0-5'"))
                .containsExactly(at + "\"0-5\": error parsing succeededIndexes: too large index: \"5\"");
        assertThat(success("'succeededIndexes': '2,1'"))
                .containsExactly(at + "\"2,1\": error parsing succeededIndexes: non-increasing order, previous: 2,"
                        + " current: 1");
        assertThat(success("'succeededIndexes': '3-3'"))
                .containsExactly(at + "\"3-3\": error parsing succeededIndexes: non-increasing order, previous: 3,"
                        + " current: 3");
        assertThat(success("'succeededIndexes': '1-2-3'"))
                .containsExactly(at + "\"1-2-3\": error parsing succeededIndexes: the fragment \"1-2-3\" violates the"
                        + " requirement that an index interval can have at most two parts separated by '-'");
        assertThat(success("'succeededIndexes': '1,x'"))
                .containsExactly(at + "\"1,x\": error parsing succeededIndexes: cannot convert string to integer for"
                        + " index: \"x\"");
    }

    @Test
    void limitsFailuresOfIndexesWhereThereAreIndexes() {
        assertThat(check("'backoffLimitPerIndex': 1, 'successPolicy': {'rules': []}"))
                .containsExactly(
                        "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode",
                        "spec.successPolicy: Invalid value: {\"rules\":[]}: requires indexed completion mode");
        assertThat(check(INDEXED + ", 'maxFailedIndexes': 6"))
                .containsExactly(
                        "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified",
                        "spec.maxFailedIndexes: Invalid value: 6: must be less than or equal to completions");
        assertThat(check("'completionMode': 'Indexed', 'completions': 100001, 'parallelism': 10001,"
                        + " 'backoffLimitPerIndex': 0"))
                .containsExactly(
                        "spec.maxFailedIndexes: Required value: must be specified when completions is above 100000",
                        "spec.parallelism: Invalid value: 10001: must be less than or equal to 10000 when completions"
                                + " are above 100000 and used with backoff limit per index");
        assertThat(check("'completionMode': 'Indexed', 'completions': 5, 'parallelism': 100001"))
                .containsExactly("spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when"
                        + " completion mode is Indexed");
    }

    @Test
    void wantsTheNameOfAnotherControllerWithItsDomain() {
        assertThat(check("'managedBy': 'kubernetes.io/job-controller'")).isEmpty();
        assertThat(check("'managedBy': 'somebody'"))
                .containsExactly("spec.managedBy: Invalid value: \"somebody\": must be a domain-prefixed path (such as"
                        + " \"acme.io/foo\")");
        assertThat(check("'managedBy': 'a.b/%s'".formatted("c".repeat(60))))
                .containsExactly("spec.managedBy: Too long: may not be more than 63 bytes");
    }

    @Test
    void keepsWhatItsPodsAreJudgedBy() {
        String limits = INDEXED + ", 'parallelism': 5";
        ObjectNode before = job(limits, "Never");
        assertThat(check(job(limits + """
            , 'backoffLimitPerIndex': 2, 'backoffLimit': 6, 'managedBy': 'a.b/c',
             'podReplacementPolicy': 'Failed', 'podFailurePolicy': {'rules': []},
             'successPolicy': {'rules': [{'succeededCount': 1}]}\
            """, "Never"), Optional.of(before)))
                .extracting(cause -> cause.substring(0, cause.indexOf(':')))
                .containsExactly(
                        "spec.podFailurePolicy", "spec.backoffLimitPerIndex", "spec.managedBy", "spec.successPolicy");
        assertThat(check(job("'completions': 5, 'parallelism': 5", "Never"), Optional.of(before)))
                .containsExactly("spec.completionMode: Invalid value: \"NonIndexed\": field is immutable");
    }

    @Test
    void changesTheNumberOfIndexesTogetherWithTheParallelism() {
        Optional<ObjectNode> before = Optional.of(job(INDEXED, "Never"));
        String changed = "'completionMode': 'Indexed', 'completions': 3, 'parallelism': %d";
        assertThat(check(job(changed.formatted(3), "Never"), before)).isEmpty();
        assertThat(check(job(changed.formatted(2), "Never"), before))
                .containsExactly("spec.completions: Invalid value: 3: can only be modified in tandem with"
                        + " spec.parallelism");
    }
}
