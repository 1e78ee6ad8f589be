package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Transaction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EcsDraftsTest {

    private static final Caller CALLER =
            new Caller("000000000000", "eu-central-1", "arn:aws:iam::000000000000:user/kubernetes/me", "");

    private EcsWorld world;

    @BeforeEach
    void open() throws InterruptedException {
        world = new EcsWorld();
        world.registerWeb();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private Transaction written(EcsDraft draft) {
        Transaction.Builder writes = Transaction.builder();
        draft.writeTo(writes);
        return writes.build();
    }

    @Test
    void whatWasDecidedIsWrittenAsOne() throws InterruptedException {
        EcsDraft draft = world.drafts().on(world.store.snapshot());
        draft.call("CreateCluster", world.parse("{'clusterName':'prod'}"), CALLER);
        draft.call(
                "CreateService",
                world.parse("{'cluster':'prod','serviceName':'web','taskDefinition':'web','desiredCount':1}"),
                CALLER);
        draft.call("UpdateService", world.parse("{'cluster':'prod','service':'web','desiredCount':2}"), CALLER);
        assertThat(world.store.snapshot().get(EcsLookup.clusterKey("prod"))).isEmpty();
        world.commit(written(draft));
        assertThat(world.store
                        .snapshot()
                        .get(Kinds.ECS_SERVICE.key("prod", "web"))
                        .orElseThrow()
                        .value()
                        .getDesiredCount())
                .isEqualTo(2);
    }

    @Test
    void whatChangesNothingIsLeftOut() throws InterruptedException {
        world.call("CreateService", "{'serviceName':'web','taskDefinition':'web','desiredCount':1}");
        EcsDraft draft = world.drafts().on(world.store.snapshot());
        draft.call("UpdateService", world.parse("{'service':'web','desiredCount':1}"), CALLER);
        assertThat(written(draft).isEmpty()).isTrue();
    }

    @Test
    void aClusterIsTakenBackWhenAServiceCameMeanwhile() throws InterruptedException {
        EcsDraft draft = world.drafts().on(world.store.snapshot());
        draft.call("DeleteCluster", world.parse("{'cluster':'default'}"), CALLER);
        world.call("CreateService", "{'serviceName':'web','taskDefinition':'web','desiredCount':1}");
        world.commit(written(draft));
        assertThatThrownBy(() -> draft.settle(world.store.snapshot()))
                .hasMessageContaining("while Services are active");
        assertThat(world.store
                        .snapshot()
                        .get(EcsLookup.clusterKey("default"))
                        .orElseThrow()
                        .value()
                        .getActive())
                .isTrue();
    }
}
