package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.ecs.deployment.DeploymentNames;
import dev.gantry.controller.ecs.deployment.DeploymentRecords;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceRevision;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Keeps with the newest revision of a service which images its names led to, as soon as a task of it runs. */
final class RevisionImages {

    private RevisionImages() {}

    /** Writes the revision once more when its images are known, and once if it has no record. */
    static void note(Snapshot snapshot, EcsService service, List<LiveTask> live, Transaction.Builder writes) {
        if (service.getDeploymentsCount() == 0) {
            return;
        }
        EcsDeployment newest = service.getDeployments(0);
        Optional<Versioned<EcsServiceRevision>> record = snapshot.get(DeploymentNames.revisionKey(service, newest));
        if (record.isEmpty()) {
            writes.create(DeploymentNames.revisionKey(service, newest), DeploymentRecords.revision(service));
        } else if (record.get().value().getImagesCount() == 0) {
            live.stream()
                    .filter(task -> task.isRunning() && task.deployment().equals(newest.getId()))
                    .findFirst()
                    .map(task -> images(task.workload().value()))
                    .filter(images ->
                            images.stream().noneMatch(image -> image.getDigest().isEmpty()))
                    .ifPresent(images -> writes.update(
                            record.get(),
                            record.get().value().toBuilder()
                                    .addAllImages(images)
                                    .build()));
        }
    }

    private static List<EcsServiceRevision.Image> images(Workload task) {
        Map<String, String> digests = task.getObserved().getContainersList().stream()
                .collect(Collectors.toMap(
                        ContainerStatus::getName, ContainerStatus::getImageDigest, (first, _) -> first));
        return task.getSpec().getContainersList().stream()
                .map(container -> image(container, digests))
                .toList();
    }

    private static EcsServiceRevision.Image image(ContainerSpec container, Map<String, String> digests) {
        return EcsServiceRevision.Image.newBuilder()
                .setContainer(container.getName())
                .setImage(container.getImage())
                .setDigest(digests.getOrDefault(container.getName(), ""))
                .build();
    }
}
