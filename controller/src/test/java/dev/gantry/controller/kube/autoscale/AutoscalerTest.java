package dev.gantry.controller.kube.autoscale;

import static dev.gantry.controller.kube.owner.ObjectWorld.condition;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.apps.DeploymentReconciler;
import dev.gantry.controller.kube.apps.ReplicaSetReconciler;
import dev.gantry.controller.kube.apps.StatefulSetReconciler;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.metrics.HandSamples;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.kube.pod.PodCompiler;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutoscalerTest {

    private static final Duration INTERVAL = Duration.ofSeconds(15);
    private static final String PLURAL = "horizontalpodautoscalers";

    private final HandSamples samples = new HandSamples();
    private ObjectWorld world;

    @BeforeEach
    void open() {
        PodCompiler maker = new PodCompiler();
        world = new ObjectWorld(List.of(
                new DeploymentReconciler(),
                ReplicaSetReconciler.ofReplicaSets(maker),
                ReplicaSetReconciler.ofReplicationControllers(maker),
                new StatefulSetReconciler(maker),
                new AutoscalerReconciler(samples)));
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static String template() {
        return "{'metadata': {'labels': {'app': 'web'}}, 'spec': {'containers': [{'name': 'c', 'image': 'i',"
                + " 'resources': {'requests': {'cpu': '100m', 'memory': '64Mi'}}}]}}";
    }

    private void deploy(int replicas) {
        world.create(
                "deployments",
                "{'metadata': {'name': 'web'}, 'spec': {'replicas': " + replicas
                        + ", 'selector': {'matchLabels': {'app': 'web'}}, 'template': " + template() + "}}");
        world.settleWithMachines();
        // Long enough that what is measured is not of their beginning.
        world.pass(Duration.ofMinutes(10));
    }

    private void autoscale(String more) {
        autoscale("{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'web'}", more);
    }

    private void autoscale(String target, String more) {
        world.create(
                PLURAL,
                "{'metadata': {'name': 'web'}, 'spec': {'scaleTargetRef': " + target
                        + ", 'minReplicas': 1, 'maxReplicas': 10" + more + "}}");
        world.settle();
    }

    /** Every pod that there is uses so much. */
    private void use(long millicores, long memoryBytes) {
        world.pods().forEach(pod -> samples.container(pod, "c", millicores, memoryBytes));
    }

    private JsonNode status() {
        return world.object(PLURAL, "web").status();
    }

    private int replicas() {
        return world.object("deployments", "web").spec().path("replicas").asInt();
    }

    private List<String> events() {
        return world.objects("events").stream()
                .filter(event -> event.json().at("/source/component").asText().equals("horizontal-pod-autoscaler"))
                .map(event -> event.json().path("reason").asText() + ": "
                        + event.json().path("message").asText())
                .toList();
    }

    @Test
    void doesNothingWhereAnotherScalesTheSamePods() {
        deploy(2);
        use(160, 0);
        world.create(
                PLURAL,
                "{'metadata': {'name': 'also'}, 'spec': {'scaleTargetRef': {'apiVersion': 'apps/v1', 'kind':"
                        + " 'Deployment', 'name': 'web'}, 'minReplicas': 1, 'maxReplicas': 3}}");
        autoscale("");
        assertThat(replicas()).isEqualTo(2);
        assertThat(condition(status(), "AbleToScale")).isEqualTo("True SucceededGetScale");
        assertThat(condition(status(), "ScalingActive")).isEqualTo("False AmbiguousSelector");
        String why = "pods by selector app=web are controlled by multiple HPAs: [{also shop} {web shop}]";
        assertThat(status().path("conditions").findValuesAsText("message")).contains(why);
        assertThat(events()).contains("AmbiguousSelector: " + why);

        world.delete(PLURAL, "also", "Background");
        world.pass(INTERVAL);
        use(160, 0);
        world.settle();
        assertThat(replicas()).isEqualTo(4);
        assertThat(condition(status(), "ScalingActive")).isEqualTo("True ValidMetricFound");
    }

    @Test
    void makesMorePodsWhenTheyUseMoreThanTheyShall() {
        deploy(2);
        use(160, 0);
        autoscale("");
        assertThat(replicas()).isEqualTo(4);
        assertThat(status().path("currentReplicas").asInt()).isEqualTo(2);
        assertThat(status().path("desiredReplicas").asInt()).isEqualTo(4);
        assertThat(status().path("lastScaleTime").asText()).isNotEmpty();
        assertThat(status().at("/currentMetrics/0/resource/current").toString())
                .isEqualTo("{\"averageUtilization\":160,\"averageValue\":\"160m\"}");
        assertThat(condition(status(), "AbleToScale")).isEqualTo("True SucceededRescale");
        assertThat(condition(status(), "ScalingActive")).isEqualTo("True ValidMetricFound");
        assertThat(condition(status(), "ScalingLimited")).isEqualTo("False DesiredWithinRange");
        assertThat(events())
                .containsExactly("SuccessfulRescale: New size: 4; reason: cpu resource utilization (percentage of"
                        + " request) above target");
    }

    @Test
    void looksAgainAfterAnIntervalAndNotBefore() {
        deploy(2);
        use(80, 0);
        autoscale("");
        use(160, 0);
        world.pass(INTERVAL.minusSeconds(1));
        assertThat(replicas()).isEqualTo(2);
        world.pass(Duration.ofSeconds(1));
        assertThat(replicas()).isEqualTo(4);
    }

    @Test
    void itsOwnWritesDoNotMakeItScaleAgain() {
        deploy(2);
        use(1_000, 0);
        autoscale("");
        world.settleWithMachines();
        assertThat(replicas()).isEqualTo(4);
        assertThat(condition(status(), "ScalingLimited")).isEqualTo("True ScaleUpLimit");
        world.pass(INTERVAL);
        assertThat(replicas()).isEqualTo(8);
    }

    @Test
    void followsAChangeOfItselfAtOnce() {
        deploy(2);
        use(80, 0);
        autoscale("");
        world.change(PLURAL, "web", autoscaler -> autoscaler.withObject("/spec").put("minReplicas", 3));
        world.settle();
        assertThat(replicas()).isEqualTo(3);
        assertThat(events())
                .containsExactly(
                        "SuccessfulRescale: New size: 3; reason: Current number of replicas below Spec.MinReplicas");
    }

    @Test
    void waitsFiveMinutesBeforeItMakesFewer() {
        deploy(4);
        use(80, 0);
        autoscale("");
        use(10, 0);
        world.pass(INTERVAL);
        assertThat(replicas()).isEqualTo(4);
        assertThat(condition(status(), "AbleToScale")).isEqualTo("True ScaleDownStabilized");
        for (int i = 0; i < 20; i++) {
            world.pass(INTERVAL);
        }
        assertThat(replicas()).isEqualTo(1);
        assertThat(events()).contains("SuccessfulRescale: New size: 1; reason: All metrics below target");
    }

    @Test
    void keepsToTheRateOfItsPolicies() {
        deploy(2);
        use(1_000, 0);
        autoscale(", 'behavior': {'scaleUp': {'policies': [{'type': 'Pods', 'value': 1, 'periodSeconds': 60}]}}");
        assertThat(replicas()).isEqualTo(3);
        world.settleWithMachines();
        world.pass(INTERVAL);
        world.pass(INTERVAL);
        assertThat(replicas()).isEqualTo(3);
        world.pass(INTERVAL);
        world.pass(INTERVAL);
        assertThat(replicas()).isEqualTo(4);
    }

    @Test
    void theMetricThatAsksForMostIsRight() {
        deploy(2);
        use(10, 96L << 20);
        autoscale(", 'metrics': [{'type': 'Resource', 'resource': {'name': 'cpu', 'target': {'type': 'Utilization',"
                + " 'averageUtilization': 80}}}, {'type': 'ContainerResource', 'containerResource': {'name': 'memory',"
                + " 'container': 'c', 'target': {'type': 'AverageValue', 'averageValue': '64Mi'}}}]");
        assertThat(replicas()).isEqualTo(3);
        assertThat(status().at("/currentMetrics/1/containerResource/container").asText())
                .isEqualTo("c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Pods", "Object", "External"})
    void aMetricThatNobodyTellsOfIsSaidToBeUnknown(String type) {
        deploy(2);
        use(80, 0);
        String member = type.toLowerCase(java.util.Locale.ROOT);
        autoscale(", 'metrics': [{'type': '" + type + "', '" + member
                + "': {'metric': {'name': 'rate'}, 'target': {'type': 'AverageValue', 'averageValue': '1'}}}]");
        assertThat(condition(status(), "ScalingActive")).isEqualTo("False FailedGet" + type + "Metric");
        assertThat(replicas()).isEqualTo(2);
        assertThat(events())
                .anyMatch(event -> event.startsWith("FailedGet" + type + "Metric: unable to get metric rate"));
    }

    @Test
    void doesNotMakeFewerWhileAMetricIsUnknown() {
        deploy(2);
        use(1, 0);
        String metrics = ", 'metrics': [{'type': 'Resource', 'resource': {'name': 'cpu', 'target': {'type':"
                + " 'Utilization', 'averageUtilization': 80}}}, {'type': 'Pods', 'pods': {'metric': {'name': 'rate'},"
                + " 'target': {'type': 'AverageValue', 'averageValue': '1'}}}]";
        autoscale(metrics);
        world.pass(Duration.ofMinutes(6));
        assertThat(replicas()).isEqualTo(2);
        use(400, 0);
        world.pass(INTERVAL);
        assertThat(replicas()).isEqualTo(4);
    }

    @Test
    void saysThatNothingWasMeasured() {
        deploy(1);
        autoscale("");
        assertThat(condition(status(), "ScalingActive")).isEqualTo("False FailedGetResourceMetric");
        assertThat(events())
                .contains("FailedGetResourceMetric: failed to get cpu utilization: unable to get metrics for resource"
                        + " cpu: no metrics returned from resource metrics API");
    }

    @Test
    void saysThatThereIsNothingToScaleAndFindsItWhenItComes() {
        autoscale("");
        assertThat(condition(status(), "AbleToScale")).isEqualTo("False FailedGetScale");
        assertThat(events()).containsExactly("FailedGetScale: deployments/scale.apps \"web\" not found");
        deploy(12);
        assertThat(replicas()).isEqualTo(10);
    }

    @Test
    void leavesWhatWasScaledToNothingAlone() {
        deploy(0);
        autoscale("");
        assertThat(condition(status(), "ScalingActive")).isEqualTo("False ScalingDisabled");
        assertThat(replicas()).isZero();
    }

    @Test
    void scalesStatefulSetsAndReplicationControllersToo() {
        world.create(
                "statefulsets",
                "{'metadata': {'name': 'db'}, 'spec': {'replicas': 1, 'serviceName': 'db', 'selector': {'matchLabels':"
                        + " {'app': 'web'}}, 'template': " + template() + "}}");
        autoscale("{'apiVersion': 'apps/v1', 'kind': 'StatefulSet', 'name': 'db'}", "");
        world.change(PLURAL, "web", autoscaler -> autoscaler.withObject("/spec").put("minReplicas", 2));
        world.settle();
        assertThat(world.object("statefulsets", "db").spec().path("replicas").asInt())
                .isEqualTo(2);
        world.create(
                "replicationcontrollers",
                "{'metadata': {'name': 'rc'}, 'spec': {'replicas': 1, 'selector': {'app': 'web'}, 'template': "
                        + template() + "}}");
        world.change(
                PLURAL,
                "web",
                autoscaler -> autoscaler
                        .withObject("/spec/scaleTargetRef")
                        .put("apiVersion", "v1")
                        .put("kind", "ReplicationController")
                        .put("name", "rc"));
        world.settle();
        assertThat(world.object("replicationcontrollers", "rc")
                        .spec()
                        .path("replicas")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void doesNotScaleWhatHasNoScale() {
        world.create("configmaps", "{'metadata': {'name': 'web'}}");
        autoscale("{'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': 'web'}", "");
        assertThat(condition(status(), "AbleToScale")).isEqualTo("False FailedGetScale");
    }

    @Test
    void aPodOfWhichAContainerWasNotMeasuredIsMissing() {
        deploy(2);
        PodDocument measured = world.pods().getFirst();
        samples.container(measured, "other", 500, 0);
        autoscale("");
        assertThat(condition(status(), "ScalingActive")).isEqualTo("False FailedGetResourceMetric");
    }
}
