package dev.gantry.controller.ecs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.aws.ecs.DeploymentConfiguration;
import dev.gantry.controller.aws.ServiceModel;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.proto.EcsCluster;
import dev.gantry.store.Snapshot;

/** The API of ECS for those who write what its operations decide together with something of their own. */
public final class EcsDrafts {

    private final EcsParts parts;
    private final EcsFrontEnd front;

    /** @param front made of the same parts */
    public EcsDrafts(EcsParts parts, EcsFrontEnd front) {
        this.parts = parts;
        this.front = front;
    }

    public Arns arns() {
        return parts.arns();
    }

    public ServiceModel model() {
        return front.model();
    }

    /** Operations that decide on the image, one after the other. */
    public EcsDraft on(Snapshot image) {
        DraftStore store = new DraftStore(image);
        return new EcsDraft(store, front.over(parts.over(store)), this);
    }

    /** How a service is deployed that says so much, and whose scheduling strategy is DAEMON or not. */
    public JsonNode deploymentConfiguration(JsonNode given, boolean daemon) {
        try {
            return EcsJson.tree(ServiceRules.filled(EcsJson.read(given, DeploymentConfiguration.class), daemon));
        } catch (JsonProcessingException e) {
            throw Refusals.invalid("deploymentConfiguration cannot be read: " + e.getOriginalMessage());
        }
    }

    /** @param written an image that holds the deletion of the cluster */
    void confirm(EcsCluster deleted, Snapshot written) throws InterruptedException {
        new ClusterOperations(parts, new Writes(parts.store())).confirm(deleted, written);
    }
}
