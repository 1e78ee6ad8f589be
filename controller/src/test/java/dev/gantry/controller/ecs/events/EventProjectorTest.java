package dev.gantry.controller.ecs.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Phase;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventProjectorTest {

    private final StreamWorld world = new StreamWorld();

    @BeforeEach
    void startOne() throws InterruptedException {
        world.start("one");
        world.tell("one");
    }

    @AfterEach
    void end() {
        world.close();
    }

    @Test
    void tellsEachVersionOfATaskOnceAndInOrder() throws InterruptedException {
        world.run("one", "a");
        world.run("one", "b");
        world.place("one", "a");
        world.protect("one", "a");
        world.observe("one", "a", Phase.RUNNING);
        world.tell("one");
        world.observe("one", "a", Phase.STOPPED);
        world.tell("one");
        assertThat(world.told("one"))
                .containsExactly(
                        "1 a/1 PROVISIONING", "2 b/1 PROVISIONING", "3 a/2 PENDING", "4 a/3 RUNNING", "5 a/4 STOPPED");
    }

    @Test
    void waitsSoThatMoreMayShareAWrite() throws InterruptedException {
        world.run("one", "a");
        Outcome early = world.look("one");
        assertThat(early.writes()).isEmpty();
        assertThat(early.wake()).contains(world.now().plusMillis(200));
        world.pass(Duration.ofMillis(200));
        world.run("one", "b");
        assertThat(world.look("one").writes()).hasSize(1);
        assertThat(world.told("one")).containsExactly("1 a/1 PROVISIONING", "2 b/1 PROVISIONING");
    }

    @Test
    void doesNotWaitLongerWhenTheClockWasSetBack() throws InterruptedException {
        world.run("one", "a");
        world.look("one");
        world.pass(Duration.ofHours(-1));
        assertThat(world.look("one").writes()).hasSize(1);
    }

    @Test
    void theNextLeaderGoesOnWhereTheLastOneEnded() throws InterruptedException {
        world.start("two");
        world.run("one", "a");
        world.tell("one");
        world.place("one", "a");
        world.observe("one", "a", Phase.RUNNING);
        world.kill("one");
        world.tell("two");
        assertThat(world.told("two")).containsExactly("1 a/1 PROVISIONING", "2 a/2 PENDING", "3 a/3 RUNNING");
    }

    @Test
    void aControllerThatHasJustStartedAsksTheHistory() throws InterruptedException {
        world.run("one", "a");
        world.tell("one");
        world.protect("one", "a");
        world.place("one", "a");
        world.observe("one", "a", Phase.RUNNING);
        world.kill("one");
        world.start("two");
        world.observe("two", "a", Phase.STOPPED);
        world.tell("two");
        assertThat(world.told("two"))
                .containsExactly("1 a/1 PROVISIONING", "2 a/2 PENDING", "3 a/3 RUNNING", "4 a/4 STOPPED");
    }

    @Test
    void withoutAHistoryTheNewestStateIsToldOnce() throws InterruptedException {
        world.run("one", "a");
        world.run("one", "b");
        world.run("one", "c");
        world.tell("one");
        world.place("one", "a");
        world.observe("one", "a", Phase.RUNNING);
        world.protect("one", "b");
        world.place("one", "c");
        world.kill("one");
        world.backend.compact(world.backend.read().revision());
        world.start("two");
        world.observe("two", "c", Phase.RUNNING);
        world.tell("two");
        assertThat(world.told("two"))
                .containsExactly(
                        "1 a/1 PROVISIONING",
                        "2 b/1 PROVISIONING",
                        "3 c/1 PROVISIONING",
                        "4 a/3 RUNNING",
                        "5 c/2 PENDING",
                        "6 c/3 RUNNING");
    }

    @Test
    void aLostWatchLosesNoVersion() throws InterruptedException {
        world.run("one", "a");
        world.store("one");
        world.backend.loseWatchers("for a test");
        world.start("two");
        world.place("two", "a");
        world.observe("two", "a", Phase.RUNNING);
        world.tell("one");
        assertThat(world.told("one")).containsExactly("1 a/1 PROVISIONING", "2 a/2 PENDING", "3 a/3 RUNNING");
    }

    @Test
    void whatHappenedBeforeThereWasAStreamIsNotTold() throws InterruptedException {
        StreamWorld old = new StreamWorld();
        old.start("one");
        old.run("one", "a");
        old.start("two");
        old.place("two", "a");
        old.tell("two");
        assertThat(old.told("two")).containsExactly("1 a/2 PENDING");
        old.close();
    }

    @Test
    void writesManyInSeveralTransactionsAndForgetsTheOldestByNumber() throws InterruptedException {
        for (int i = 0; i < 5_000; i++) {
            world.run("one", "task-" + i);
        }
        world.tell("one");
        assertThat(EventReader.next(world.store("one").snapshot())).isEqualTo(5_001);
        assertThat(EventReader.oldest(world.store("one").snapshot()))
                .isGreaterThan(1)
                .isLessThan(4_901);
        assertThat(world.told("one").getLast()).isEqualTo("5000 task-4999/1 PROVISIONING");
    }

    @Test
    void forgetsByAge() throws InterruptedException {
        world.run("one", "a");
        world.tell("one");
        assertThat(world.look("one").wake()).isPresent();
        world.pass(Duration.ofHours(25));
        world.look("one");
        assertThat(world.store("one").snapshot().list(Kinds.EVENT_SEGMENT)).isEmpty();
        world.place("one", "a");
        world.tell("one");
        assertThat(world.told("one")).containsExactly("2 a/2 PENDING");
    }

    @Test
    void anEventIsEventBridges() throws InterruptedException {
        world.run("one", "a");
        world.tell("one");
        var event = world.read("one").getFirst().envelope();
        assertThat(event.path("version").asText()).isEqualTo("0");
        assertThat(event.path("id").asText()).hasSize(36);
        assertThat(event.path("detail-type").asText()).isEqualTo("ECS Task State Change");
        assertThat(event.path("source").asText()).isEqualTo("aws.ecs");
        assertThat(event.path("account").asText()).isEqualTo("123456789012");
        assertThat(event.path("region").asText()).isEqualTo("eu-central-1");
        assertThat(event.path("time").asText()).matches("2026-01-02T03:04:0[0-9]Z");
        assertThat(event.at("/resources/0").asText()).isEqualTo("arn:aws:ecs:eu-central-1:123456789012:task/default/a");
        var detail = event.path("detail");
        assertThat(detail.path("createdAt").asText())
                .startsWith("2026-01-02T03:04:0")
                .endsWith("Z");
        assertThat(detail.path("updatedAt").asText()).matches("2026-01-02T03:04:0[0-9]\\.[0-9]{3}Z");
        assertThat(detail.path("taskDefinitionArn").asText()).endsWith("task-definition/web:1");
        assertThat(detail.has("healthStatus")).isFalse();
        assertThat(detail.has("tags")).isFalse();
    }

    @Test
    void aTypeThatThereIsNotIsRefused() {
        assertThatThrownBy(() -> new EventReader.Wanted("", "Task", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ECS Task State Change");
    }
}
