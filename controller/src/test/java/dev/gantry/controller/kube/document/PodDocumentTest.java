package dev.gantry.controller.kube.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.Workload;
import dev.gantry.store.Versioned;
import org.junit.jupiter.api.Test;

class PodDocumentTest {

    private static final KubePod NAMED = KubePod.newBuilder()
            .setCluster("default")
            .setNamespace("shop")
            .setName("web-1")
            .build();

    private final ObjectNode json = Json.object(ByteString.copyFromUtf8("""
        {"metadata": {"name": "web-1", "namespace": "shop", "labels": {"app": "web"},
                      "annotations": {"controller.kubernetes.io/pod-deletion-cost": "7"},
                      "finalizers": ["one", "two"], "deletionTimestamp": "2026-03-01T10:00:00Z",
                      "ownerReferences": [{"uid": "u1", "kind": "ConfigMap"},
                                          {"uid": "u2", "kind": "ReplicaSet", "controller": true}]},
         "spec": {}}
        """));

    @Test
    void knowsWithoutItsJsonWhatPlannersAsk() {
        KubePod stored = PodDocument.stored(NAMED, json);
        KubePod withoutJson = stored.toBuilder().clearJson().build();
        assertThat(stored.getOwnerUidsList()).containsExactly("u1", "u2");
        assertKnown(pod(withoutJson));
    }

    @Test
    void readsInItsJsonWhatAnEarlierVersionDidNotCopy() {
        KubePod earlier = PodDocument.stored(NAMED, json).toBuilder()
                .clearMarks()
                .clearLabels()
                .build();
        assertKnown(pod(earlier));
    }

    @Test
    void copiesAnewWhatHasChanged() {
        KubePod before = PodDocument.stored(NAMED, json);
        json.withObject("/metadata").remove("finalizers");
        json.withObject("/metadata").remove("ownerReferences");
        json.withObject("/metadata").withObject("/labels").put("app", "other");
        KubePod after = PodDocument.stored(before, json);
        assertThat(pod(after).finalizers()).isEmpty();
        assertThat(pod(after).controllerUid()).isEmpty();
        assertThat(after.getOwnerUidsList()).isEmpty();
        assertThat(pod(after).labels()).containsOnlyKeys("app").containsEntry("app", "other");
    }

    private static void assertKnown(PodDocument pod) {
        assertThat(pod.isDeleted()).isTrue();
        assertThat(pod.labels()).containsEntry("app", "web");
        assertThat(pod.finalizers()).containsExactly("one", "two");
        assertThat(pod.controllerUid()).isEqualTo("u2");
        assertThat(pod.deletionCost()).isEqualTo("7");
    }

    private static PodDocument pod(KubePod origin) {
        Workload workload =
                Workload.newBuilder().setId("1").setOrigin(Any.pack(origin)).build();
        return PodDocument.of(new Versioned<>(Kinds.WORKLOAD.key("kube/default/shop", "1"), workload, 3))
                .orElseThrow();
    }
}
