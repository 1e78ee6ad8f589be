package dev.gantry.controller.resource;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.KeyValue;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Placement;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import org.junit.jupiter.api.Test;

class SharedPartsTest {

    private final SharedParts parts = new SharedParts();

    @Test
    void readsWhatWasWritten() throws InvalidProtocolBufferException {
        assertThat(read(task("one"))).isEqualTo(task("one"));
        assertThat(read(task("two"))).isEqualTo(task("two"));
        assertThat(read(Workload.getDefaultInstance())).isEqualTo(Workload.getDefaultInstance());
    }

    @Test
    void tasksOfOneDefinitionShareTheirContainersAndTheirOrigin() throws InvalidProtocolBufferException {
        Workload one = read(task("one"));
        Workload two = read(task("two"));
        assertThat(one.getSpec().getContainers(0)).isSameAs(two.getSpec().getContainers(0));
        assertThat(one.getOrigin()).isSameAs(two.getOrigin());
        assertThat(one.getOwner()).isSameAs(two.getOwner());
        assertThat(one.getSpec().getLabelsMap()).isNotEqualTo(two.getSpec().getLabelsMap());
    }

    @Test
    void aWorkloadThatMovesOnKeepsWhatIsAsItWas() throws InvalidProtocolBufferException {
        Workload before = read(task("one"));
        Workload written = task("one").toBuilder()
                .setObserved(Observation.newBuilder().setStoppedAtMs(9))
                .build();
        Workload after = parts.shared(before, Workload.parseFrom(written.toByteString()));
        assertThat(after).isEqualTo(written);
        assertThat(after.getSpec()).isSameAs(before.getSpec());
        assertThat(after.getOrigin()).isSameAs(before.getOrigin());
    }

    @Test
    void aWorkloadOfAnotherDefinitionKeepsNothingOfTheOneBefore() throws InvalidProtocolBufferException {
        Workload before = read(task("one"));
        Workload written = task("one").toBuilder()
                .setOwner("ecs-service/default/other")
                .setSpec(WorkloadSpec.newBuilder().setCluster("other"))
                .clearOrigin()
                .build();
        assertThat(parts.shared(before, Workload.parseFrom(written.toByteString())))
                .isEqualTo(written);
    }

    @Test
    void holdsOnlySoManyParts() throws InvalidProtocolBufferException {
        ContainerSpec first = read(task("one")).getSpec().getContainers(0);
        for (int i = 0; i < 5_000; i++) {
            Workload _ = read(
                    task("one").toBuilder().setOwner("owner " + i).clearSpec().build());
        }
        assertThat(read(task("one")).getSpec().getContainers(0))
                .isEqualTo(first)
                .isNotSameAs(first);
    }

    private Workload read(Workload written) throws InvalidProtocolBufferException {
        return parts.shared(null, Workload.parseFrom(written.toByteString()));
    }

    private static Workload task(String id) {
        return Workload.newBuilder()
                .setId(id)
                .setScope("default")
                .setOwner("ecs-service/default/web")
                .setOrigin(Any.pack(EcsTask.newBuilder().setFamily("web").build()))
                .setSpec(WorkloadSpec.newBuilder()
                        .setCluster("default")
                        .addContainers(ContainerSpec.newBuilder()
                                .setName("main")
                                .addEnvironment(
                                        KeyValue.newBuilder().setKey("STAGE").setValue("production")))
                        .putLabels("family", "web")
                        .putLabels("task", id))
                .setPlacement(Placement.newBuilder().setNode("n").setNodeEpoch(3))
                .setObserved(Observation.newBuilder()
                        .setStartedAtMs(7)
                        .addContainers(
                                ContainerStatus.newBuilder().setName("main").setImageDigest("sha256:1")))
                .build();
    }
}
