package dev.gantry.controller.ecs;

import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.store.Store;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * Everything that the ECS API needs from outside.
 *
 * @param ids           makes ids of 32 hexadecimal digits for tasks
 * @param deploymentIds makes ids of the form {@code ecs-svc/<19 digits>}
 */
public record EcsParts(
        Store store,
        Arns arns,
        InstantSource clock,
        Supplier<String> ids,
        Supplier<String> deploymentIds,
        PageCodec pages,
        PlacementPreview preview,
        NodeFilter filter) {

    EcsParts over(Store other) {
        return new EcsParts(other, arns, clock, ids, deploymentIds, pages, preview, filter);
    }
}
