package dev.gantry.e2e.kube;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a person does with kubectl to what makes pods: deployments, stateful sets, daemon sets, jobs and cron jobs, each in a namespace of its own. */
@Tag("e2e")
class KubeControllersTest {

    private static final String SECOND_IMAGE = "gantry-e2e/busybox:2";
    private static final String TIMEOUT = "--timeout=50s";

    private static final String DEPLOYMENT = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - {name: c, image: "%s", command: [sh, -c, "while true; do sleep 0.1; done"]}
        """;

    private static final String JOB = """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: sum}
        spec:
          completions: 3
          parallelism: 2
          completionMode: Indexed
          backoffLimit: 0
          template:
            spec:
              restartPolicy: Never
              containers:
              - {name: c, image: "%s", command: [sh, -c, "%s"]}
        """;

    private static final String JUDGED_JOB = """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: %s}
        spec: {%s, template: {spec: {restartPolicy: Never, terminationGracePeriodSeconds: 1, containers: [
          {name: c, image: "%s", command: [sh, -c, "%s"]}]}}}
        """;

    private static final String STATEFUL_SET = """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db}
        spec:
          replicas: 2
          serviceName: db
          selector: {matchLabels: {app: db}}
          template:
            metadata: {labels: {app: db}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - {name: c, image: "%s", command: [sh, -c, "hostname; while true; do sleep 0.1; done"]}
        """;

    private static final String DAEMON_SET = """
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: log}
        spec:
          selector: {matchLabels: {app: log}}
          template:
            metadata: {labels: {app: log}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - {name: c, image: "%s", command: [sh, -c, "while true; do sleep 0.1; done"]}
        """;

    private static final String CRON_JOB = """
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: tick}
        spec:
          schedule: "0 0 1 1 *"
          jobTemplate:
            spec:
              template:
                spec:
                  restartPolicy: Never
                  containers:
                  - {name: c, image: "%s", command: ["true"]}
        """;

    private static KubeMachine machine;

    @BeforeAll
    static void start() throws IOException {
        machine = KubeMachine.start("gantry-controllers", "10.219.0.1/24", 23576);
        machine.engine().docker("tag", Engine.IMAGE, SECOND_IMAGE).run().must();
    }

    @AfterAll
    static void stop() {
        if (machine != null) {
            machine.close();
        }
    }

    @Test
    void rollsADeploymentOutAndBack() {
        Cluster cluster = new Cluster("rollout");
        cluster.apply(DEPLOYMENT.formatted(Engine.IMAGE));
        cluster.rolledOut();
        assertThat(cluster.run("get", "deployment", "web")).contains("2/2");
        assertThat(cluster.run("scale", "deployment/web", "--replicas=3")).isEqualTo("deployment.apps/web scaled\n");
        cluster.rolledOut();
        assertThat(cluster.run("describe", "deployment", "web"))
                .containsPattern("ScalingReplicaSet .* Scaled up replica set web-.* from 2 to 3");
        assertThat(cluster.run("events", "--types=Normal"))
                .contains("Successfully assigned rollout/web-", "Created pod: web-", "Started container c");
        cluster.run("set", "image", "deployment/web", "c=" + SECOND_IMAGE);
        cluster.rolledOut();
        assertThat(cluster.images()).containsExactly(SECOND_IMAGE, SECOND_IMAGE, SECOND_IMAGE);
        assertThat(cluster.run("rollout", "history", "deployment/web", "--revision=2"))
                .contains(SECOND_IMAGE, "pod-template-hash=");
        cluster.run("rollout", "undo", "deployment/web");
        cluster.rolledOut();
        assertThat(cluster.images()).containsExactly(Engine.IMAGE, Engine.IMAGE, Engine.IMAGE);
        assertThat(cluster.run("rollout", "history", "deployment/web").lines().skip(1))
                .anyMatch(line -> line.startsWith("2 "))
                .anyMatch(line -> line.startsWith("3 "))
                .noneMatch(line -> line.startsWith("1 "));
    }

    @Test
    void pausesResumesAndRestarts() {
        Cluster cluster = new Cluster("pause");
        cluster.apply(DEPLOYMENT.formatted(Engine.IMAGE));
        cluster.rolledOut();
        cluster.run("rollout", "pause", "deployment/web");
        cluster.run("set", "image", "deployment/web", "c=" + SECOND_IMAGE);
        cluster.run(
                "wait",
                "deployment/web",
                "--for=jsonpath={.status.conditions[?(@.reason==\"DeploymentPaused\")].type}=Progressing",
                TIMEOUT);
        assertThat(cluster.images()).containsExactly(Engine.IMAGE, Engine.IMAGE);
        cluster.run("rollout", "resume", "deployment/web");
        cluster.rolledOut();
        assertThat(cluster.images()).containsExactly(SECOND_IMAGE, SECOND_IMAGE);
        String before = cluster.pods();
        cluster.run("rollout", "restart", "deployment/web");
        cluster.rolledOut();
        assertThat(cluster.pods().lines())
                .hasSize(2)
                .doesNotContainAnyElementsOf(before.lines().toList());
    }

    @Test
    void deletesADeploymentWithItsPodsOrWithout() {
        Cluster cluster = new Cluster("cascade");
        cluster.apply(DEPLOYMENT.formatted(Engine.IMAGE));
        cluster.rolledOut();
        String pods = cluster.pods();
        cluster.run("delete", "deployment", "web", "--cascade=orphan");
        assertThat(cluster.run("get", "replicasets", "-o", "jsonpath={.items[*].metadata.ownerReferences}"))
                .isEmpty();
        assertThat(cluster.pods()).isEqualTo(pods);
        cluster.apply(DEPLOYMENT.formatted(Engine.IMAGE));
        cluster.rolledOut();
        assertThat(cluster.pods()).isEqualTo(pods);
        cluster.run("delete", "deployment", "web", "--cascade=foreground");
        assertThat(cluster.run("get", "deployments,replicasets,pods", "-o", "name"))
                .isEmpty();
        cluster.apply(DEPLOYMENT.formatted(Engine.IMAGE));
        cluster.rolledOut();
        cluster.run("delete", "deployment", "web");
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        cluster.run("get", "replicasets,pods", "-o", "name").isEmpty());
    }

    @Test
    void keepsAPodForEachOrdinalOfAStatefulSet() {
        Cluster cluster = new Cluster("ordinals");
        cluster.apply(STATEFUL_SET.formatted(Engine.IMAGE));
        cluster.rolledOut("statefulset/db");
        assertThat(cluster.run("get", "statefulset", "db")).contains("2/2");
        assertThat(cluster.pods()).isEqualTo("db-0\ndb-1\n");
        assertThat(cluster.run("logs", "db-1")).isEqualTo("db-1\n");
        cluster.run("set", "image", "statefulset/db", "c=" + SECOND_IMAGE);
        cluster.rolledOut("statefulset/db");
        assertThat(cluster.images()).containsExactly(SECOND_IMAGE, SECOND_IMAGE);
        cluster.run("rollout", "undo", "statefulset/db");
        cluster.rolledOut("statefulset/db");
        assertThat(cluster.images()).containsExactly(Engine.IMAGE, Engine.IMAGE);
        cluster.run("scale", "statefulset/db", "--replicas=1");
        await().atMost(Duration.ofSeconds(30)).until(() -> cluster.pods().equals("db-0\n"));
        cluster.run("delete", "statefulset", "db", "--cascade=foreground");
        assertThat(cluster.pods()).isEmpty();
    }

    @Test
    void runsADaemonOnTheNode() {
        Cluster cluster = new Cluster("daemons");
        cluster.apply(DAEMON_SET.formatted(Engine.IMAGE));
        cluster.rolledOut("daemonset/log");
        assertThat(cluster.run("get", "daemonset", "log").lines().skip(1))
                .singleElement()
                .asString()
                .matches("log +1 +1 +1 +1 +1 +<none> .*");
        String before = cluster.pods();
        cluster.run("rollout", "restart", "daemonset/log");
        cluster.rolledOut("daemonset/log");
        assertThat(cluster.pods()).isNotEqualTo(before).hasLineCount(1);
        cluster.run("rollout", "undo", "daemonset/log", "--to-revision=1");
        cluster.rolledOut("daemonset/log");
        cluster.run("delete", "daemonset", "log", "--cascade=foreground");
        assertThat(cluster.pods()).isEmpty();
    }

    @Test
    void letsPodsGoAsFarAsTheirBudgetAllows() {
        Cluster cluster = new Cluster("budget");
        cluster.apply(DEPLOYMENT.formatted(Engine.IMAGE));
        cluster.rolledOut();
        cluster.run("create", "poddisruptionbudget", "web", "--selector=app=web", "--min-available=2");
        cluster.run("wait", "pdb/web", "--for=jsonpath={.status.currentHealthy}=2", TIMEOUT);
        String pod = cluster.pods().lines().findFirst().orElseThrow();
        String node = cluster.run("get", "pod", pod, "-o", "jsonpath={.spec.nodeName}");
        Command drain = kubectl(
                "drain",
                node,
                "--ignore-daemonsets",
                "--pod-selector=app=web",
                "--disable-eviction=false",
                "--timeout=3s");
        assertThat(drain.run().err()).contains("Cannot evict pod as it would violate the pod's disruption budget.");
        assertThat(cluster.pods()).contains(pod).hasLineCount(2);
        cluster.run("delete", "pdb", "web");
        kubectl("uncordon", node).run().must();
        kubectl("drain", node, "--ignore-daemonsets", "--pod-selector=app=web", TIMEOUT)
                .run()
                .must();
        kubectl("uncordon", node).run().must();
        cluster.rolledOut();
        assertThat(cluster.pods()).doesNotContain(pod).hasLineCount(2);
    }

    @Test
    void runsAJobForEachIndex() {
        Cluster cluster = new Cluster("job");
        cluster.apply(JOB.formatted(Engine.IMAGE, "echo part $JOB_COMPLETION_INDEX"));
        cluster.run("wait", "--for=condition=complete", "job/sum", TIMEOUT);
        assertThat(cluster.run("get", "job", "sum")).contains("Complete", "3/3");
        assertThat(cluster.run("logs", "-l", "job-name=sum").lines().sorted())
                .containsExactly("part 0", "part 1", "part 2");
        cluster.run("delete", "job", "sum");
        await().atMost(Duration.ofSeconds(30)).until(() -> cluster.pods().isEmpty());
    }

    @Test
    void saysThatAJobHasFailed() {
        Cluster cluster = new Cluster("failing");
        cluster.apply(JOB.formatted(Engine.IMAGE, "exit 3"));
        cluster.run("wait", "--for=condition=failed", "job/sum", TIMEOUT);
        assertThat(cluster.run("get", "job", "sum", "-o", "jsonpath={.status.conditions[*].reason}"))
                .contains("BackoffLimitExceeded");
        assertThat(cluster.run("events", "--for", "job/sum", "--types=Warning"))
                .contains("Job has reached the specified backoff limit");
    }

    @Test
    void judgesFailuresAndSuccessOfJobsByTheirPolicies() {
        Cluster cluster = new Cluster("policies");
        cluster.judge(
                "calm",
                "backoffLimit: 0, podFailurePolicy: {rules: [{action: Ignore, onPodConditions: [{type:"
                        + " DisruptionTarget}]}]}",
                "while true; do sleep 0.1; done");
        cluster.judge(
                "vain",
                "podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [42]}}]}",
                "exit 42");
        cluster.judge(
                "parts",
                "parallelism: 3, completions: 3, completionMode: Indexed, backoffLimitPerIndex: 0",
                "test $JOB_COMPLETION_INDEX != 1");
        cluster.judge(
                "enough",
                "parallelism: 2, completions: 2, completionMode: Indexed, successPolicy: {rules:"
                        + " [{succeededIndexes: '0'}]}",
                "test $JOB_COMPLETION_INDEX = 0 || sleep 600");
        cluster.run("wait", "--for=condition=failed", "job/vain", "job/parts", TIMEOUT);
        assertThat(cluster.job("vain", "{.conditions[?(@.type==\"Failed\")].reason}"))
                .isEqualTo("PodFailurePolicy");
        assertThat(cluster.job("vain", "{.conditions[?(@.type==\"FailureTarget\")].message}"))
                .matches("Container c for pod policies/vain-\\w+ failed with exit code 42 matching FailJob rule at"
                        + " index 0");
        assertThat(cluster.job("parts", "{.failedIndexes} {.completedIndexes} {.conditions[-1:].reason}"))
                .isEqualTo("1 0,2 FailedIndexes");
        cluster.run("wait", "--for=condition=complete", "job/enough", TIMEOUT);
        assertThat(cluster.job("enough", "{.completedIndexes} {.conditions[*].reason}"))
                .isEqualTo("0 SuccessPolicy SuccessPolicy");
        // A pod that has to go for no fault of its own is replaced, and counts for nothing.
        cluster.run("wait", "job/calm", "--for=jsonpath={.status.ready}=1", TIMEOUT);
        String pod = cluster.run("get", "pods", "-l", "job-name=calm", "-o", "name");
        String node = cluster.run("get", pod.strip(), "-o", "jsonpath={.spec.nodeName}");
        kubectl("drain", node, "--ignore-daemonsets", "--pod-selector=job-name=calm", TIMEOUT)
                .run()
                .must();
        kubectl("uncordon", node).run().must();
        cluster.run("wait", "job/calm", "--for=jsonpath={.status.ready}=1", TIMEOUT);
        assertThat(cluster.run("get", "pods", "-l", "job-name=calm", "-o", "name"))
                .isNotEqualTo(pod);
        assertThat(cluster.job("calm", "{.failed}")).isEmpty();
    }

    @Test
    void makesAJobOfACronJob() {
        Cluster cluster = new Cluster("cron");
        cluster.apply(CRON_JOB.formatted(Engine.IMAGE));
        assertThat(cluster.run("get", "cronjob", "tick")).contains("0 0 1 1 *", "False");
        String job = cluster.run("get", "cronjob", "tick", "-o", "jsonpath={.spec.jobTemplate.spec.template.spec}");
        assertThat(job).contains("Never");
        cluster.run("create", "job", "now", "--from=cronjob/tick");
        cluster.run("wait", "--for=condition=complete", "job/now", TIMEOUT);
        assertThat(cluster.fails(CRON_JOB.formatted(Engine.IMAGE).replace("0 0 1 1 *", "never")))
                .contains("spec.schedule: Invalid value");
    }

    /** A namespace. */
    private record Cluster(String namespace) {

        Cluster {
            kubectl("create", "-f", "-")
                    .reading("{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"%s\"}}"
                            .formatted(namespace)
                            .getBytes(UTF_8))
                    .run()
                    .must();
        }

        void apply(String document) {
            kubectl("apply", "-n", namespace, "-f", "-")
                    .reading(document.getBytes(UTF_8))
                    .run()
                    .must();
        }

        String fails(String document) {
            return kubectl("apply", "-n", namespace, "-f", "-")
                    .reading(document.getBytes(UTF_8))
                    .run()
                    .err();
        }

        /** @param spec members of it, as YAML in one line */
        void judge(String name, String spec, String command) {
            apply(JUDGED_JOB.formatted(name, spec, Engine.IMAGE, command));
        }

        /** @param path below the job's status */
        String job(String name, String path) {
            return run("get", "job", name, "-o", "jsonpath=" + path.replace("{.", "{.status."));
        }

        String run(String... words) {
            List<String> all = new ArrayList<>(List.of("-n", namespace));
            all.addAll(List.of(words));
            return kubectl(all.toArray(String[]::new)).run().must();
        }

        void rolledOut() {
            rolledOut("deployment/web");
        }

        void rolledOut(String workload) {
            Command.Result result = kubectl("-n", namespace, "rollout", "status", workload, TIMEOUT)
                    .run();
            assertThat(result.exit())
                    .as(() -> result.out() + result.err() + run("describe", "pods"))
                    .isZero();
        }

        /** The names of the pods that are not going. */
        String pods() {
            return run(
                    "get",
                    "pods",
                    "-o",
                    "go-template={{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.name}}{{\"\\n"
                            + "\"}}{{end}}{{end}}");
        }

        List<String> images() {
            return run(
                            "get",
                            "pods",
                            "-o",
                            "go-template={{range .items}}{{if not .metadata.deletionTimestamp}}{{(index"
                                    + " .spec.containers 0).image}}{{\"\\n"
                                    + "\"}}{{end}}{{end}}")
                    .lines()
                    .toList();
        }
    }

    private static Command kubectl(String... words) {
        return machine.kubectl(words);
    }
}
