package dev.gantry.e2e.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import java.io.IOException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What real containers use, as kubectl shows it, and what an autoscaler makes of it. Each test needs those before it. */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubeScalingTest {

    /** It takes three times as much as it asks for, and could take more. */
    private static final String BUSY = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: busy}
        spec:
          replicas: 1
          selector: {matchLabels: {app: busy}}
          template:
            metadata: {labels: {app: busy}}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: main
                image: %1$s
                command: [sh, -c, "while true; do :; done"]
                resources: {requests: {cpu: 50m, memory: 16Mi}, limits: {cpu: 300m}}
              - name: beside
                image: %1$s
                command: [sh, -c, "while true; do sleep 1; done"]
                resources: {requests: {cpu: 50m, memory: 16Mi}}
        """.formatted(Engine.IMAGE);

    private static final Duration MEASURED_WITHIN = Duration.ofSeconds(45);

    private static KubeMachine machine;

    @BeforeAll
    static void start() throws IOException {
        machine = KubeMachine.start("gantry-scaling", "10.226.0.1/24", 23586);
    }

    @AfterAll
    static void stop() {
        if (machine != null) {
            machine.close();
        }
    }

    private static Command kubectl(String... words) {
        return machine.kubectl(words);
    }

    /** Until kubectl says it. */
    private static String await(String pattern, String... words) {
        return Awaitility.await()
                .atMost(MEASURED_WITHIN)
                .pollInterval(Duration.ofSeconds(1))
                .until(
                        () -> kubectl(words).run().out(),
                        said -> said.replaceAll("\\s+", " ").matches(pattern));
    }

    @Test
    @Order(1)
    void aPodThatBurnsProcessorTimeIsAtTheTopOfItsList() {
        machine.apply(BUSY);
        kubectl("autoscale", "deployment", "busy", "--min=1", "--max=3", "--cpu-percent=80")
                .run()
                .must();
        String top = await(".* busy-\\S+ main \\d\\d+m .*", "top", "pods", "--containers", "-l", "app=busy");
        assertThat(top).containsPattern("busy-\\S+ +beside +\\dm +\\d+Mi");
        assertThat(kubectl("top", "pods", "-A", "--sort-by=cpu", "--no-headers")
                        .run()
                        .must())
                .containsPattern("^default +busy-\\S+ +\\d\\d+m");
    }

    @Test
    @Order(2)
    void theMachineUsesAtLeastWhatItsPodsDo() {
        assertThat(await("NAME .* \\d+m \\d+% \\d+Mi \\d+% ?", "top", "nodes")).contains("CPU(cores)");
    }

    @Test
    @Order(3)
    void theAutoscalerMakesMoreOfThem() {
        await(".* Deployment/busy cpu: \\d{3}%/80% 1 3 3 .*", "get", "hpa", "busy");
        kubectl("rollout", "status", "deployment/busy", "--timeout=30s").run().must();
        assertThat(kubectl("describe", "hpa", "busy").run().must())
                .contains("ValidMetricFound", "SuccessfulRescale", "New size: 3; reason: cpu resource utilization");
    }
}
