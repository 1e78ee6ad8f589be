package dev.gantry.controller.kube.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.world.World;
import dev.gantry.proto.PodName;
import dev.gantry.proto.Workload;
import java.time.Instant;

/** Pods for tests. */
final class PodSamples {

    static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    static final String UID = "0f0e0d0c-0b0a-0908-0706-050403020100";
    static final String SCOPE = Pods.scope("default", "shop");

    private PodSamples() {}

    static ObjectNode json(String text) {
        return Json.object(ByteString.copyFromUtf8(text.replace('\'', '"')));
    }

    /**
     * @param metadata members to add, as {@code 'labels': {}}; may be empty
     */
    static ObjectNode pod(String metadata, String spec) {
        String more = metadata.isEmpty() ? "" : ", " + metadata;
        return json("{'metadata': {'name': 'web-0', 'namespace': 'shop', 'uid': '" + UID + "'" + more + "}, 'spec': "
                + spec + "}");
    }

    static Workload compiled(String metadata, String spec) {
        return new PodCompiler().make("default", pod(metadata, spec), NOW);
    }

    static Workload compiled(String spec) {
        return compiled("", spec);
    }

    /** Stores a pod with the claim on its name. */
    static void put(World world, Workload pod) {
        world.put(pod);
        world.put(
                Kinds.KUBE_POD_NAME.key(SCOPE, "web-0"),
                PodName.newBuilder().setWorkloadId(pod.getId()).build());
    }
}
