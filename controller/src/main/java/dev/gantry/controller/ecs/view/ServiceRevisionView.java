package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.ContainerDefinition;
import dev.gantry.aws.ecs.ContainerImage;
import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.ServiceRevision;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.proto.EcsServiceRevision;
import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A service revision as DescribeServiceRevisions shows it. */
public record ServiceRevisionView(Arns arns) {

    private static final String OPTED_OUT = "disabled";

    /** The revision; its images without digests until its first task has told what their names led to. */
    public ServiceRevision revision(Snapshot snapshot, EcsServiceRevision record) {
        CreateServiceRequest document = EcsJson.read(record.getDocumentJson(), CreateServiceRequest.class);
        return ServiceRevision.builder()
                .serviceRevisionArn(arns.serviceRevision(record.getCluster(), record.getService(), record.getId()))
                .serviceArn(arns.service(record.getCluster(), record.getService()))
                .clusterArn(arns.cluster(record.getCluster()))
                .taskDefinition(record.getTaskDefinitionArn())
                .capacityProviderStrategy(document.capacityProviderStrategy())
                .launchType(document.launchType())
                .platformVersion(document.platformVersion())
                .loadBalancers(document.loadBalancersOrEmpty())
                .serviceRegistries(document.serviceRegistriesOrEmpty())
                .networkConfiguration(document.networkConfiguration())
                .containerImages(images(snapshot, record))
                .guardDutyEnabled(false)
                .serviceConnectConfiguration(document.serviceConnectConfiguration())
                .volumeConfigurations(document.volumeConfigurationsOrEmpty())
                .createdAt(Shown.time(record.getCreatedAtMs()))
                .vpcLatticeConfigurations(document.vpcLatticeConfigurationsOrEmpty())
                .build();
    }

    List<ContainerImage> images(Snapshot snapshot, EcsServiceRevision record) {
        List<ContainerDefinition> defined = defined(snapshot, record);
        if (record.getImagesCount() == 0) {
            return defined.stream()
                    .map(container -> ContainerImage.builder()
                            .containerName(container.name())
                            .image(container.image())
                            .build())
                    .toList();
        }
        Set<String> free = defined.stream()
                .filter(container -> OPTED_OUT.equals(container.versionConsistency()))
                .map(container -> String.valueOf(container.name()))
                .collect(Collectors.toSet());
        return record.getImagesList().stream()
                .map(image -> ContainerImage.builder()
                        .containerName(image.getContainer())
                        .image(image.getImage())
                        .imageDigest(free.contains(image.getContainer()) ? null : Shown.text(image.getDigest()))
                        .build())
                .toList();
    }

    private List<ContainerDefinition> defined(Snapshot snapshot, EcsServiceRevision record) {
        return Optional.of(record.getTaskDefinitionArn())
                .flatMap(arn -> new EcsLookup(arns).deployed(snapshot, arn))
                .map(found -> EcsJson.read(found.value().getDocumentJson(), RegisterTaskDefinitionRequest.class))
                .map(RegisterTaskDefinitionRequest::containerDefinitions)
                .orElse(List.of());
    }
}
