package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.ecs.compile.ServiceTasks;
import dev.gantry.controller.ecs.compile.TaskCompiler;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TaskProtectionTest {

    private EcsWorld world;

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
        world.join(EcsWorld.NODE);
        world.registerWeb();
        world.call("CreateService", "{'serviceName':'site','taskDefinition':'web','desiredCount':2}");
        for (int number = 1; number <= 3; number++) {
            add(id(number));
        }
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @Test
    void aTaskIsProtectedForTwoHoursUnlessAnotherTimeIsNamed() throws InterruptedException {
        JsonNode changed = update(true, "", id(1));
        assertThat(changed.path("failures")).isEmpty();
        assertThat(changed.at("/protectedTasks/0/taskArn").asText()).endsWith("task/default/" + id(1));
        assertThat(changed.at("/protectedTasks/0/protectionEnabled").asBoolean())
                .isTrue();
        assertThat(changed.at("/protectedTasks/0/expirationDate").asLong())
                .isEqualTo(world.now().plus(Duration.ofHours(2)).getEpochSecond());
        assertThat(update(true, ",'expiresInMinutes':1", id(1))
                        .at("/protectedTasks/0/expirationDate")
                        .asLong())
                .isEqualTo(world.now().plus(Duration.ofMinutes(1)).getEpochSecond());
    }

    @Test
    void protectionEndsByItselfOrWhenItIsTakenBack() throws InterruptedException {
        update(true, ",'expiresInMinutes':5", id(1), id(2));
        assertThat(get(id(1)).at("/protectedTasks/0/protectionEnabled").asBoolean())
                .isTrue();
        update(false, "", id(1));
        assertThat(get(id(1)).at("/protectedTasks/0/protectionEnabled").asBoolean())
                .isFalse();
        world.pass(Duration.ofMinutes(5));
        JsonNode ended = get(id(2)).at("/protectedTasks/0");
        assertThat(ended.path("protectionEnabled").asBoolean()).isFalse();
        assertThat(ended.has("expirationDate")).isFalse();
    }

    @Test
    void noMoreTasksAreProtectedThanTheServiceShallHave() throws InterruptedException {
        update(true, "", id(1), id(2));
        assertThat(update(true, "", id(2)).path("failures")).isEmpty();
        JsonNode third = update(true, "", id(3));
        assertThat(third.path("protectedTasks")).isEmpty();
        assertThat(third.at("/failures/0/reason").asText()).isEqualTo("DEPLOYMENT_BLOCKED");
        assertThat(third.at("/failures/0/arn").asText()).endsWith(id(3));
        world.call("UpdateService", "{'service':'site','desiredCount':3}");
        assertThat(update(true, "", id(3)).path("failures")).isEmpty();
    }

    @Test
    void standaloneStoppingAndMissingTasksAreFailures() throws InterruptedException {
        String standalone = world.call("RunTask", "{'taskDefinition':'web'}")
                .at("/tasks/0/taskArn")
                .asText();
        world.change(id(2), task -> Workloads.stop(task, "UserInitiated", "enough", world.now()));
        JsonNode refused = update(true, "", standalone, id(2), id(9));
        assertThat(refused.path("protectedTasks")).isEmpty();
        assertThat(refused.path("failures").findValuesAsText("reason"))
                .containsExactly("TASK_NOT_VALID", "TASK_NOT_VALID", "MISSING");
        assertThat(get(standalone).at("/failures/0/reason").asText()).isEqualTo("TASK_NOT_VALID");
    }

    @Test
    void timesOutsideTheLimitsAreRefused() {
        assertThatThrownBy(() -> update(true, ",'expiresInMinutes':2881", id(1)))
                .hasMessage("expiresInMinutes must be between 1 and 2880, was 2881.");
        assertThatThrownBy(() -> update(true, ",'expiresInMinutes':0", id(1)))
                .hasMessage("expiresInMinutes must be between 1 and 2880, was 0.");
        assertThatThrownBy(() -> update(true, "")).hasMessage("Tasks cannot be empty.");
    }

    private JsonNode update(boolean enabled, String more, String... tasks) throws InterruptedException {
        return world.call(
                "UpdateTaskProtection",
                "{'cluster':'default','protectionEnabled':" + enabled + more + ",'tasks':[" + quoted(tasks) + "]}");
    }

    private JsonNode get(String... tasks) throws InterruptedException {
        return world.call("GetTaskProtection", "{'cluster':'default','tasks':[" + quoted(tasks) + "]}");
    }

    private static String quoted(String... tasks) {
        return tasks.length == 0 ? "" : "'" + String.join("','", tasks) + "'";
    }

    private static String id(int number) {
        return String.valueOf(number).repeat(32);
    }

    private void add(String id) throws InterruptedException {
        Key<EcsService> key = Kinds.ECS_SERVICE.key("default", "site");
        Versioned<EcsService> service = world.store.snapshot().get(key).orElseThrow();
        Workload task = new ServiceTasks(new EcsLookup(EcsWorld.ARNS), new TaskCompiler(EcsWorld.ARNS))
                .task(world.store.snapshot(), service, service.value().getDeployments(0), id, world.now())
                .orElseThrow();
        world.commit(Transaction.builder()
                .create(Kinds.WORKLOAD.key("default", id), task)
                .build());
    }
}
