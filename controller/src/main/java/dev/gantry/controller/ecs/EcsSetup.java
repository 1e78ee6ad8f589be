package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CreateClusterRequest;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.proto.EcsCluster;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import java.time.Instant;
import java.util.List;

/** What must be there before the first request. */
public final class EcsSetup {

    private EcsSetup() {}

    /** Creates the cluster that nodes and callers mean when they name none, unless it is or was there. */
    public static void defaultCluster(Store store, String name, Instant now) throws InterruptedException {
        var key = EcsLookup.clusterKey(name);
        if (store.snapshot().get(key).isPresent()) {
            return;
        }
        EcsCluster cluster = EcsCluster.newBuilder()
                .setName(name)
                .setActive(true)
                .setCreatedAtMs(now.toEpochMilli())
                .setDocumentJson(EcsJson.bytes(CreateClusterRequest.builder()
                        .clusterName(name)
                        .settings(ClusterOperations.withDefaults(List.of()))
                        .build()))
                .build();
        // A conflict means that another controller was faster.
        store.commit(Transaction.builder().create(key, cluster).build());
    }
}
