package dev.gantry.controller.kube.apps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.collect.GarbageReconciler;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever users and pods do, and in whatever order the planners come to it. */
class DeploymentPropertyTest {

    private static final int STEPS = 400;
    private static final int PLANNERS = 6;
    private static final List<Object> SHARES = List.of(0, 1, 2, "25%", "50%");

    private Random random = new Random();
    private int replicas;
    private int surge;
    private int unavailable;
    private int versions = 1;
    /** Whether as many were available as must be, so that planners have to keep them. */
    private boolean isUp;

    private boolean podsEnd;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void keepsItsBoundsAndArrives(long seed) {
        random = new Random(seed);
        // A pod that ends by itself is missed all the same when another one goes that was not needed before.
        podsEnd = seed % 2 == 0;
        replicas = random.nextInt(8);
        Object maxSurge = SHARES.get(random.nextInt(SHARES.size()));
        Object maxUnavailable = SHARES.get(random.nextInt(SHARES.size()));
        try (ObjectWorld world = new ObjectWorld(List.of(
                new DeploymentReconciler(),
                ReplicaSetReconciler.ofReplicaSets(new PodCompiler()),
                new GarbageReconciler()))) {
            world.create("deployments", deployment(maxSurge, maxUnavailable));
            DeploymentRules rules =
                    DeploymentRules.of(world.object("deployments", "web").spec());
            surge = rules.maxSurge();
            unavailable = rules.maxUnavailable();
            world.checking(image -> check(image, seed));
            for (int i = 0; i < STEPS; i++) {
                act(world);
            }
            world.settleWithMachines();
            world.settle();
            assertThat(alive(world.snapshot()))
                    .as("seed %d", seed)
                    .hasSize(replicas)
                    .allSatisfy(pod -> {
                        assertThat(pod.isReady()).isTrue();
                        assertThat(pod.spec().at("/containers/0/image").asText())
                                .isEqualTo("i:" + versions);
                    });
            assertThat(ObjectWorld.condition(world.object("deployments", "web").status(), "Progressing"))
                    .as("seed %d", seed)
                    .isEqualTo("True NewReplicaSetAvailable");
            assertThat(world.objects("replicasets").size()).isLessThanOrEqualTo(11);
        }
    }

    private String deployment(Object maxSurge, Object maxUnavailable) {
        String strategy = "{'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': %s, 'maxUnavailable': %s}}"
                .formatted(quoted(maxSurge), quoted(maxUnavailable));
        return DeploymentTest.DEPLOYMENT.formatted(replicas, strategy);
    }

    private static String quoted(Object share) {
        return share instanceof String ? "'" + share + "'" : share.toString();
    }

    /** Its size stays the same meanwhile, because after a change of it other bounds hold for a time. */
    private void act(ObjectWorld world) {
        int choice = random.nextInt(20);
        List<PodDocument> pods = world.pods();
        if (choice == 0) {
            versions = 1 + random.nextInt(4);
            world.change(
                    "deployments",
                    "web",
                    json -> ((ObjectNode) json.at("/spec/template/spec/containers/0")).put("image", "i:" + versions));
        } else if (choice < 6 && !pods.isEmpty()) {
            world.advance(pods.get(random.nextInt(pods.size())));
        } else if (choice == 6 && podsEnd && !pods.isEmpty()) {
            world.end(pods.get(random.nextInt(pods.size())), 1);
        } else {
            world.step(random.nextInt(PLANNERS));
        }
    }

    private void check(Snapshot image, long seed) {
        List<PodDocument> alive = alive(image);
        assertThat(alive.size()).as("seed %d: pods", seed).isLessThanOrEqualTo(replicas + surge);
        int sizes = KubeDocument.list(image, "default", DeploymentReconciler.REPLICA_SETS, "shop").stream()
                .mapToInt(set -> set.spec().path("replicas").asInt())
                .sum();
        assertThat(sizes).as("seed %d: sizes of sets", seed).isLessThanOrEqualTo(replicas + surge);
        long ready = alive.stream().filter(PodDocument::isReady).count();
        assertThat(isUp && !podsEnd && ready < replicas - unavailable)
                .as("seed %d: %d of %d are available", seed, ready, replicas)
                .isFalse();
        isUp = ready >= replicas - unavailable;
    }

    private static List<PodDocument> alive(Snapshot image) {
        return PodDocument.list(image, "default", "shop").stream()
                .filter(pod -> !pod.isDeleted() && !pod.isOver())
                .toList();
    }
}
