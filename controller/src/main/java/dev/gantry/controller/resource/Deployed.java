package dev.gantry.controller.resource;

import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTaskSet;
import dev.gantry.store.Kind;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Tells what services and managed daemons make their tasks from. */
public final class Deployed {

    private Deployed() {}

    /**
     * Whether one that was not deleted may start tasks of a definition, even of one that was.
     *
     * @param kind services or managed daemons
     * @param definition tells it by its ARN
     */
    public static boolean isDeployed(Snapshot snapshot, Kind<EcsService> kind, Predicate<String> definition) {
        return snapshot.list(kind).stream()
                .map(Versioned::value)
                .filter(service -> service.getStatus() != EcsService.Status.INACTIVE)
                .flatMap(service -> Stream.concat(
                        service.getDeploymentsList().stream(),
                        service.getTaskSetsList().stream().map(EcsTaskSet::getDeployment)))
                .map(EcsDeployment::getTaskDefinitionArn)
                .anyMatch(definition);
    }
}
