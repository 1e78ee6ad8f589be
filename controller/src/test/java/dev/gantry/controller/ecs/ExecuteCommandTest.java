package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.ExecSession;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Node;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import dev.gantry.proto.Readiness;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExecuteCommandTest {

    private EcsWorld world;

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
        world.join(EcsWorld.NODE);
        world.registerWeb();
        world.commit(Transaction.builder()
                .create(
                        Kinds.LEADER_KEY,
                        Leader.newBuilder().setApiUrl("https://10.0.0.1:4566").build())
                .build());
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private String task(String more) throws InterruptedException {
        String arn = world.call("RunTask", "{'taskDefinition':'web'" + more + "}")
                .at("/tasks/0/taskArn")
                .asText();
        phase(arn, Phase.RUNNING);
        return arn;
    }

    private void phase(String arn, Phase phase) throws InterruptedException {
        world.change(
                arn,
                task -> task.toBuilder()
                        .setPlacement(Placement.newBuilder().setNode(EcsWorld.NODE))
                        .setObserved(Observation.newBuilder()
                                .setPhase(phase)
                                .addContainers(ContainerStatus.newBuilder()
                                        .setName("app")
                                        .setPhase(phase)
                                        .setStartedAtMs(1_000)))
                        .build());
    }

    private JsonNode execute(String arn, String more) throws InterruptedException {
        return world.call(
                "ExecuteCommand", "{'task':'" + arn + "','interactive':true,'command':'sh -c date'" + more + "}");
    }

    @Test
    void promisesASessionAtTheLeaderAndKeepsNoToken() throws InterruptedException, GeneralSecurityException {
        String arn = task(",'enableExecuteCommand':true");

        JsonNode answer = execute(arn, "");

        String id = answer.at("/session/sessionId").asText();
        String token = answer.at("/session/tokenValue").asText();
        assertThat(id).startsWith("ecs-execute-command-");
        assertThat(answer.at("/session/streamUrl").asText())
                .isEqualTo("wss://10.0.0.1:4566/v1/data-channel/" + id + "?role=publish_subscribe");
        assertThat(answer.at("/containerName").asText()).isEqualTo("app");
        assertThat(answer.at("/taskArn").asText()).isEqualTo(arn);
        assertThat(answer.at("/interactive").asBoolean()).isTrue();
        ExecSession kept = world.store
                .snapshot()
                .get(Kinds.EXEC_SESSION.key("", id))
                .orElseThrow()
                .value();
        assertThat(kept.getCommandList()).containsExactly("sh", "-c", "date");
        assertThat(kept.getPrincipal()).isEqualTo(EcsWorld.ARNS.root());
        assertThat(kept.getExpiresAtMs())
                .isEqualTo(world.now().plus(Duration.ofMinutes(2)).toEpochMilli());
        assertThat(kept.getTokenSha256().toByteArray())
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void showsTheAgentBesideEachContainer() throws InterruptedException {
        JsonNode shown = world.call("DescribeTasks", "{'tasks':['" + task(",'enableExecuteCommand':true") + "']}");
        assertThat(shown.at("/tasks/0/containers/0/managedAgents/0/name").asText())
                .isEqualTo("ExecuteCommandAgent");
        assertThat(shown.at("/tasks/0/containers/0/managedAgents/0/lastStatus").asText())
                .isEqualTo("RUNNING");
        JsonNode closed = world.call("DescribeTasks", "{'tasks':['" + task("") + "']}");
        assertThat(closed.at("/tasks/0/containers/0").has("managedAgents")).isFalse();
    }

    @Test
    void refusesATaskThatWasNotOpened() throws InterruptedException {
        String arn = task("");
        assertThatThrownBy(() -> execute(arn, "")).hasMessageContaining("was not enabled when the task was run");
    }

    @Test
    void refusesWhatCannotBeReached() throws InterruptedException {
        String arn = task(",'enableExecuteCommand':true");
        phase(arn, Phase.STOPPED);
        assertThatThrownBy(() -> execute(arn, "")).hasMessageContaining("does not run");
        phase(arn, Phase.RUNNING);
        Versioned<Node> node =
                world.store.snapshot().get(Kinds.NODE.key("", EcsWorld.NODE)).orElseThrow();
        world.commit(Transaction.builder()
                .update(
                        node,
                        node.value().toBuilder()
                                .setReadiness(Readiness.UNREACHABLE)
                                .build())
                .build());
        assertThatThrownBy(() -> execute(arn, "")).hasMessageContaining("is not connected");
    }

    @Test
    void refusesUnknownTasksAndContainers() throws InterruptedException {
        String arn = task(",'enableExecuteCommand':true");
        assertThatThrownBy(() -> execute("0123456789abcdef0123456789abcdef", ""))
                .hasMessage("The referenced task was not found.");
        assertThatThrownBy(() -> execute(arn, ",'container':'other'")).hasMessageContaining("it has [app]");
    }

    @Test
    void asksForTheContainerWhereThereAreSeveral() throws InterruptedException {
        world.call(
                "RegisterTaskDefinition",
                "{'family':'web','containerDefinitions':[{'name':'app','image':'busybox','memory':64},"
                        + "{'name':'side','image':'busybox','memory':64}]}");
        String arn = task(",'enableExecuteCommand':true");
        assertThatThrownBy(() -> execute(arn, "")).hasMessageContaining("[app, side]");
        assertThat(execute(arn, ",'container':'app'").at("/containerName").asText())
                .isEqualTo("app");
    }

    @Test
    void promisesNoMoreThanAThousandSessionsAtOnce() throws InterruptedException {
        String arn = task(",'enableExecuteCommand':true");
        for (int i = 0; i < 1000; i++) {
            String id = "ecs-execute-command-" + i;
            world.commit(Transaction.builder()
                    .create(
                            Kinds.EXEC_SESSION.key("", id),
                            ExecSession.newBuilder().setId(id).build())
                    .build());
        }
        assertThatThrownBy(() -> execute(arn, "")).hasMessageContaining("nobody has begun yet");
    }
}
