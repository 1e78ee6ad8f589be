package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.autoscale.AutoscalerReconciler;
import dev.gantry.controller.kube.owner.ObjectWorld;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutoscalersTest {

    private static final String NEW = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
    private static final String OLD = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    private static final String TARGET =
            "'scaleTargetRef': {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'web'}";

    private KubeWorld world;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        world = new KubeWorld();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private KubeWorld.Answer create(String path, String more) throws IOException, InterruptedException {
        return world.post(path, "{'metadata': {'name': 'web'}, 'spec': {" + TARGET + more + "}}");
    }

    @Test
    void fillsInWhatIsLeftOut() throws IOException, InterruptedException {
        KubeWorld.Answer made = create(NEW, ", 'maxReplicas': 5, 'behavior': {'scaleDown': {'selectPolicy': 'Min'}}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.text("/spec/minReplicas")).isEqualTo("1");
        assertThat(made.text("/spec/metrics/0/resource/target/averageUtilization"))
                .isEqualTo("80");
        assertThat(made.json().at("/spec/behavior/scaleUp/policies")).hasSize(2);
        assertThat(made.text("/spec/behavior/scaleUp/stabilizationWindowSeconds"))
                .isEqualTo("0");
        assertThat(made.text("/spec/behavior/scaleDown/policies/0/type")).isEqualTo("Percent");
        assertThat(made.text("/spec/behavior/scaleDown/selectPolicy")).isEqualTo("Min");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'maxReplicas': 0 | spec.maxReplicas",
                "'maxReplicas': 1, 'minReplicas': 2 | spec.maxReplicas",
                "'maxReplicas': 1, 'minReplicas': 0 | spec.minReplicas",
                "'maxReplicas': 1, 'metrics': [{'type': 'Resource'}] | spec.metrics[0].resource",
                "'maxReplicas': 1, 'metrics': [{'type': 'Magic'}] | spec.metrics[0].type",
                "'maxReplicas': 1, 'metrics': [{'type': 'Resource', 'resource': {'name': 'cpu', 'target': {'type':"
                        + " 'Utilization'}}}] | spec.metrics[0].resource.target.averageUtilization",
                "'maxReplicas': 1, 'behavior': {'scaleUp': {'policies': [{'type': 'Pods', 'value': 0, 'periodSeconds':"
                        + " 1}]}} | spec.behavior.scaleUp.policies[0].value",
                "'maxReplicas': 1, 'behavior': {'scaleDown': {'stabilizationWindowSeconds': 3601}}"
                        + " | spec.behavior.scaleDown.stabilizationWindowSeconds"
            },
            quoteCharacter = '~')
    void refusesWhatCannotBe(String more, String field) throws IOException, InterruptedException {
        KubeWorld.Answer refused = create(NEW, ", " + more);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("/details/causes/0/field")).isEqualTo(field);
    }

    @Test
    void whatIsMadeInTheOldVersionIsOneInTheNewOne() throws IOException, InterruptedException {
        KubeWorld.Answer made = create(OLD, ", 'maxReplicas': 5, 'targetCPUUtilizationPercentage': 60");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.text("/apiVersion")).isEqualTo("autoscaling/v1");
        KubeWorld.Answer seen = world.get(NEW + "/web");
        assertThat(seen.text("/apiVersion")).isEqualTo("autoscaling/v2");
        assertThat(seen.text("/spec/metrics/0/resource/target/averageUtilization"))
                .isEqualTo("60");
        assertThat(seen.json().path("spec").has("targetCPUUtilizationPercentage"))
                .isFalse();
        assertThat(world.get(OLD).text("/items/0/spec/targetCPUUtilizationPercentage"))
                .isEqualTo("60");
    }

    @Test
    void aChangeInTheOldVersionKeepsWhatOnlyTheNewOneKnows() throws IOException, InterruptedException {
        create(
                NEW,
                ", 'maxReplicas': 5, 'behavior': {'scaleDown': {'selectPolicy': 'Disabled'}}, 'metrics': [{'type':"
                        + " 'Resource', 'resource': {'name': 'cpu', 'target': {'type': 'Utilization',"
                        + " 'averageUtilization': 60}}}, {'type': 'Resource', 'resource': {'name': 'memory', 'target':"
                        + " {'type': 'AverageValue', 'averageValue': '1Gi'}}}]");
        KubeWorld.Answer changed = world.patch(
                OLD + "/web",
                "application/merge-patch+json",
                "{'spec': {'maxReplicas': 7, 'targetCPUUtilizationPercentage': 50}}");
        assertThat(changed.status()).isEqualTo(200);
        KubeWorld.Answer seen = world.get(NEW + "/web");
        assertThat(seen.text("/spec/maxReplicas")).isEqualTo("7");
        assertThat(seen.text("/spec/metrics/0/resource/target/averageUtilization"))
                .isEqualTo("50");
        assertThat(seen.text("/spec/metrics/1/resource/target/averageValue")).isEqualTo("1Gi");
        assertThat(seen.text("/spec/behavior/scaleDown/selectPolicy")).isEqualTo("Disabled");
    }

    @Test
    void theTableShowsWhatIsAndWhatShallBe() throws IOException, InterruptedException {
        create(NEW, ", 'maxReplicas': 5");
        KubeWorld.Answer status = world.send(
                "PUT",
                NEW + "/web/status",
                "{'metadata': {'name': 'web'}, 'status': {'currentReplicas': 2, 'desiredReplicas': 2, 'currentMetrics':"
                        + " [{'type': 'Resource', 'resource': {'name': 'cpu', 'current': {'averageUtilization': 12,"
                        + " 'averageValue': '12m'}}}]}}");
        assertThat(status.status()).isEqualTo(200);
        String table = "application/json;as=Table;v=v1;g=meta.k8s.io";
        assertThat(world.get(NEW, table).json().at("/rows/0/cells").toString())
                .startsWith("[\"web\",\"Deployment/web\",\"cpu: 12%/80%\",\"1\",5,2,");
        assertThat(world.get(OLD, table).json().at("/rows/0/cells/2").asText()).isEqualTo("cpu: 12%/80%");
    }

    @Test
    void scalesCustomObjectsThatHaveAScale() throws IOException, InterruptedException {
        try (CustomWorld widgets = CustomWorld.withWidgets()) {
            widgets.make("w", "'replicas': 1");
            assertThat(scaled(widgets)).isEqualTo("False InvalidSelector");
            widgets.api.patch(
                    CustomWorld.WIDGET + "/status",
                    "application/merge-patch+json",
                    "{'status': {'selector': 'app in ('}}");
            assertThat(scaled(widgets)).isEqualTo("False InvalidSelector");
            widgets.api.patch(
                    CustomWorld.WIDGET + "/status",
                    "application/merge-patch+json",
                    "{'status': {'selector': 'app=w'}}");
            assertThat(scaled(widgets)).isEmpty();
            assertThat(widgets.api.get(CustomWorld.WIDGET).text("/spec/replicas"))
                    .isEqualTo("2");
        }
    }

    /** What a new autoscaler says of what its pods use. */
    private static String scaled(CustomWorld widgets) throws IOException, InterruptedException {
        widgets.api.post(
                NEW,
                "{'metadata': {'name': 'w'}, 'spec': {'scaleTargetRef': {'apiVersion': 'example.com/v1', 'kind':"
                        + " 'Widget', 'name': 'w'}, 'minReplicas': 2, 'maxReplicas': 5}}");
        widgets.api.reconcile(new AutoscalerReconciler(widgets.api.samples()));
        String condition =
                ObjectWorld.condition(widgets.api.get(NEW + "/w").json().path("status"), "ScalingActive");
        widgets.api.delete(NEW + "/w");
        return condition;
    }

    @Test
    void saysThatACustomObjectDoesNotSayHowManyThereShallBe() throws IOException, InterruptedException {
        try (CustomWorld widgets = CustomWorld.withWidgets()) {
            widgets.make("w", "'size': 1");
            widgets.api.post(
                    NEW,
                    "{'metadata': {'name': 'w'}, 'spec': {'scaleTargetRef': {'apiVersion': 'example.com/v1', 'kind':"
                            + " 'Widget', 'name': 'w'}, 'maxReplicas': 5}}");
            widgets.api.reconcile(new AutoscalerReconciler(widgets.api.samples()));
            assertThat(ObjectWorld.condition(widgets.api.get(NEW + "/w").json().path("status"), "AbleToScale"))
                    .isEqualTo("False FailedGetScale");
        }
    }

    @Test
    void theNewVersionIsPreferred() throws IOException, InterruptedException {
        KubeWorld.Answer group = world.get("/apis/autoscaling");
        assertThat(group.text("/preferredVersion/version")).isEqualTo("v2");
        assertThat(group.json().path("versions")).hasSize(2);
    }
}
