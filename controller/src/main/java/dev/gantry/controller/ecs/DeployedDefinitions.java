package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.NetworkConfiguration;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.controller.ecs.compile.RunSupport;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import org.jspecify.annotations.Nullable;

/** Which task definitions services and task sets can be made of. */
record DeployedDefinitions(EcsLookup lookup) {

    /** An active definition that can be run. */
    Versioned<EcsTaskDefinition> runnable(Snapshot snapshot, String reference) {
        Versioned<EcsTaskDefinition> definition =
                lookup.definition(snapshot, reference).orElseThrow(() -> Refusals.client("TaskDefinition not found."));
        if (definition.value().getStatus() != EcsTaskDefinition.Status.ACTIVE) {
            throw Refusals.client("TaskDefinition is inactive");
        }
        RunSupport.check(EcsJson.read(definition.value().getDocumentJson(), RegisterTaskDefinitionRequest.class));
        return definition;
    }

    /** Refuses a network configuration that the definition does not go with; one that is gone goes with all. */
    void checkNetwork(Snapshot snapshot, String definition, @Nullable NetworkConfiguration network, boolean fargate) {
        lookup.definition(snapshot, definition)
                .map(found -> EcsJson.read(found.value().getDocumentJson(), RegisterTaskDefinitionRequest.class))
                .ifPresent(found -> LaunchRules.checkNetwork(found.networkMode(), network, fargate));
    }

    String arn(Versioned<EcsTaskDefinition> definition) {
        return lookup.arns()
                .taskDefinition(
                        definition.value().getFamily(), definition.value().getRevision());
    }
}
