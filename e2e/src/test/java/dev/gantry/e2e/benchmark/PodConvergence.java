package dev.gantry.e2e.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.access.ServiceAccountTokens;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.registry.Draft;
import dev.gantry.controller.kube.registry.Registries;
import dev.gantry.controller.kube.registry.ServiceRange;
import dev.gantry.controller.kube.serve.KubeSetup;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Backend;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;

/** What a controller itself does from the creation of deployments until all their pods run; see {@link OneThread}. */
final class PodConvergence implements AutoCloseable {

    static final String CLUSTER = "default";
    static final String NAMESPACE = "default";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final SplittableRandom chance = new SplittableRandom(1);
    private final OneThread controller;
    private final Creation creation;
    private int deployments;

    PodConvergence(int nodes) throws Exception {
        controller = new OneThread(nodes);
        creation = addKube(controller, chance);
    }

    /** Gives a controller the planners of the Kubernetes API, and says how objects are made in it. */
    static Creation addKube(OneThread controller, SplittableRandom chance) throws Exception {
        Registries registries = new Registries(new PodCompiler(), ServiceRange.DEFAULT);
        Creation creation =
                new Creation(registries, () -> new UUID(chance.nextLong(), chance.nextLong()).toString(), "PEM");
        KubeSetup.ensure(controller.store(), creation, CLUSTER, controller.clock());
        controller.addKube(new ServiceAccountTokens(keys(), controller.clock(), () -> "token"), creation);
        return creation;
    }

    private static KeyPair keys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    OneThread controller() {
        return controller;
    }

    /** Seconds of processor time until so many pods of new deployments run. */
    double pods(int count) throws Exception {
        int wanted = running(controller.store().snapshot()) + count;
        return controller.seconds(() -> create(count), image -> running(image) >= wanted);
    }

    private void create(int count) throws Exception {
        for (int left = count; left > 0; left -= FleetBenchmark.SERVICE_MAX) {
            String name = "fleet-" + deployments++;
            create(
                    new ObjectName(CLUSTER, new ResourceName("apps", "deployments"), NAMESPACE, name),
                    deployment(name, Math.min(left, FleetBenchmark.SERVICE_MAX)));
        }
    }

    /** Config maps of one short file each. */
    void configMaps(int count) throws Exception {
        for (int number = 0; number < count; number++) {
            String name = "map-" + number;
            create(
                    new ObjectName(CLUSTER, ResourceName.core("configmaps"), NAMESPACE, name),
                    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" + name
                            + "\"},\"data\":{\"app.properties\":\"stage=production\\nport=8080\\n\"}}");
        }
    }

    Backend.Contents contents() {
        return controller.contents();
    }

    private void create(ObjectName name, String document) throws Exception {
        Draft draft = new Draft(
                controller.store().snapshot(),
                Transaction.builder(),
                controller.clock().instant());
        ObjectNode _ = creation.write(draft, name, (ObjectNode) JSON.readTree(document));
        controller.commit(draft.writes());
    }

    /** Pods with the container of {@link FleetBenchmark#DEFINITION}. */
    static String deployment(String name, int replicas) {
        return String.format(Locale.ROOT, """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"%1$s"},"spec":{"replicas":%2$d,
             "selector":{"matchLabels":{"app":"%1$s"}},
             "template":{"metadata":{"labels":{"app":"%1$s"}},"spec":{"containers":[{"name":"main",
             "image":"registry.example/web:1.2.3","command":["serve","--port","8080"],
             "ports":[{"containerPort":8080}],"env":[{"name":"STAGE","value":"production"},
             {"name":"REGION","value":"attic"},{"name":"PORT","value":"8080"}],
             "resources":{"requests":{"cpu":"10m","memory":"64Mi"}}}]}}}}
            """, name, replicas);
    }

    private static int running(Snapshot image) {
        return image.count(Kinds.WORKLOADS_BY_PROGRESS, "kube/" + CLUSTER + "/" + NAMESPACE + "/running");
    }

    @Override
    public void close() {
        controller.close();
    }
}
