package dev.gantry.controller.kube.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.apps.DaemonSetReconciler;
import dev.gantry.controller.kube.apps.DeploymentReconciler;
import dev.gantry.controller.kube.apps.ReplicaSetReconciler;
import dev.gantry.controller.kube.apps.StatefulSetReconciler;
import dev.gantry.controller.kube.batch.CronJobReconciler;
import dev.gantry.controller.kube.batch.JobReconciler;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.kube.pod.PodCompiler;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Planners stay within quotas, say so, and go on when there is room again: they are woken, and time does not pass here. */
class PlannersUnderQuotaTest {

    private static final PodMaker MAKER = new PodCompiler();
    private static final String TEMPLATE = """
        'selector': {'matchLabels': {'app': 'web'}}, 'template': {'metadata': {'labels': {'app': 'web'}},
         'spec': {'containers': [{'name': 'c', 'image': 'i:1', 'resources': {'requests': {'cpu': '500m'}}}]}}\
        """;
    private static final String JOB = """
        'parallelism': %d, 'completions': 5, 'template': {'spec': {'restartPolicy': 'Never',
         'containers': [{'name': 'c', 'image': 'i:1'}]}}\
        """;

    private final ObjectWorld world = new ObjectWorld(List.of(
            new QuotaReconciler(),
            ReplicaSetReconciler.ofReplicaSets(MAKER),
            new DeploymentReconciler(),
            new StatefulSetReconciler(MAKER),
            new DaemonSetReconciler(MAKER),
            new JobReconciler(MAKER),
            new CronJobReconciler()));

    @AfterEach
    void close() {
        world.close();
    }

    private void quota(String hard) {
        world.create("resourcequotas", "{'metadata': {'name': 'q'}, 'spec': {'hard': {%s}}}".formatted(hard));
        world.settle();
    }

    private void grow(String resource, String amount) {
        world.change(
                "resourcequotas", "q", quota -> quota.withObject("/spec/hard").put(resource, amount));
        world.settle();
    }

    private void create(String plural, String spec) {
        world.create(plural, "{'metadata': {'name': 'web'}, 'spec': {%s}}".formatted(spec));
        world.settle();
    }

    private String used(String resource) {
        return world.object("resourcequotas", "q")
                .status()
                .path("used")
                .path(resource)
                .asText();
    }

    private String condition(String plural, String type) {
        return ObjectWorld.condition(world.object(plural, "web").status(), type);
    }

    private List<String> warnings() {
        return world.objects("events").stream()
                .filter(event -> event.json().path("type").asText().equals("Warning"))
                .map(event -> event.json().path("reason").asText() + " "
                        + event.json().path("message").asText())
                .toList();
    }

    @Test
    void aReplicaSetGoesOnWhenTheQuotaGrows() {
        quota("'pods': '2'");
        create("replicasets", "'replicas': 3, " + TEMPLATE);
        assertThat(world.pods()).hasSize(2);
        assertThat(condition("replicasets", "ReplicaFailure")).isEqualTo("True FailedCreate");
        assertThat(warnings())
                .singleElement()
                .asString()
                .matches("FailedCreate Error creating: pods \"web-[a-z0-9]{5}\""
                        + " is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2");

        grow("pods", "5");
        assertThat(world.pods()).hasSize(3);
        assertThat(condition("replicasets", "ReplicaFailure")).isEmpty();
        assertThat(used("pods")).isEqualTo("3");
    }

    @Test
    void aReplicaSetGoesOnWhenOthersMakeRoom() {
        quota("'requests.cpu': '1'");
        world.create("pods", """
            {'metadata': {'name': 'free'},
             'spec': {'containers': [{'name': 'c', 'image': 'i:1', 'resources': {'requests': {'cpu': '750m'}}}]}}\
            """);
        create("replicasets", "'replicas': 2, " + TEMPLATE);
        assertThat(world.pods()).hasSize(1);
        PodDocument free = world.pods().getFirst();
        world.end(free, 0);
        world.settle();
        assertThat(world.pods().stream().filter(pod -> !pod.isOver())).hasSize(2);
        assertThat(used("requests.cpu")).isEqualTo("1");
    }

    @Test
    void manyPodsAreChargedInOneTransaction() {
        quota("'pods': '150', 'count/pods': '150'");
        create("replicasets", "'replicas': 200, " + TEMPLATE);
        assertThat(world.pods()).hasSize(150);
        assertThat(used("pods")).isEqualTo("150");
    }

    @Test
    void aDeploymentSaysWhatItsSetCannotDoAndThatItCannotHaveOne() {
        quota("'count/replicasets.apps': '0', 'pods': '1'");
        create("deployments", "'replicas': 2, " + TEMPLATE);
        assertThat(world.objects("replicasets")).isEmpty();
        assertThat(condition("deployments", "Progressing")).isEqualTo("False ReplicaSetCreateError");
        assertThat(warnings())
                .singleElement()
                .asString()
                .contains("ReplicaSetCreateError")
                .contains("exceeded quota: q, requested: count/replicasets.apps=1, used: count/replicasets.apps=0");

        grow("count/replicasets.apps", "1");
        assertThat(world.pods()).hasSize(1);
        assertThat(condition("deployments", "ReplicaFailure")).isEqualTo("True FailedCreate");
    }

    @Test
    void aStatefulSetWaitsForRoomForItsClaims() {
        quota("'requests.storage': '1Gi'");
        create(
                "statefulsets",
                "'replicas': 2, 'serviceName': 'db', 'podManagementPolicy': 'Parallel', 'volumeClaimTemplates':"
                        + " [{'metadata': {'name': 'data'}, 'spec': {'accessModes': ['ReadWriteOnce'], 'resources':"
                        + " {'requests': {'storage': '1Gi'}}}}], "
                        + TEMPLATE);
        assertThat(world.pods()).hasSize(1);
        assertThat(world.objects("persistentvolumeclaims")).hasSize(1);
        assertThat(condition("statefulsets", "ReplicaFailure")).isEqualTo("True FailedCreate");
        assertThat(warnings())
                .singleElement()
                .asString()
                .contains("exceeded quota: q, requested: requests.storage=1Gi");

        grow("requests.storage", "2Gi");
        assertThat(world.pods()).hasSize(2);
        assertThat(condition("statefulsets", "ReplicaFailure")).isEmpty();
    }

    @Test
    void aJobMakesWhatItMay() {
        quota("'pods': '2'");
        create("jobs", JOB.formatted(3));
        assertThat(world.pods()).hasSize(2);
        assertThat(condition("jobs", "FailedCreate")).isEqualTo("True FailedCreate");
        assertThat(warnings()).hasSize(1);
        world.end(world.pods().getFirst(), 0);
        world.settle();
        assertThat(world.pods().stream().filter(pod -> !pod.isOver())).hasSize(2);
    }

    @Test
    void aDaemonSetComesToAsManyNodesAsItMay() {
        world.join("n2");
        quota("'pods': '1'");
        create("daemonsets", TEMPLATE);
        assertThat(world.pods()).hasSize(1);
        assertThat(warnings()).hasSize(1);
        grow("pods", "2");
        assertThat(world.pods()).hasSize(2);
    }

    @Test
    void aCronJobBeginsWhatIsStillDue() {
        quota("'count/jobs.batch': '0'");
        create("cronjobs", "'schedule': '0 * * * *', 'jobTemplate': {'spec': {" + JOB.formatted(1) + "}}");
        world.pass(Duration.ofHours(1));
        assertThat(world.objects("jobs")).isEmpty();
        assertThat(warnings()).singleElement().asString().contains("FailedCreate Error creating job: jobs.batch");
        grow("count/jobs.batch", "1");
        assertThat(world.objects("jobs")).hasSize(1);
    }
}
