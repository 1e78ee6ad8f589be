package dev.gantry.controller.kube.pod;

import dev.gantry.proto.EnvironmentSource;
import dev.gantry.proto.ProjectionSource;
import dev.gantry.proto.Supply;
import dev.gantry.proto.SupplyKey;
import dev.gantry.proto.VolumeSpec;
import dev.gantry.proto.WorkloadSpec;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which config maps, secrets, claims and tokens a pod refers to. */
final class PodReferences {

    record Reference(Supply.Kind kind, String name) implements Comparable<Reference> {
        @Override
        public int compareTo(Reference other) {
            int byKind = kind.compareTo(other.kind);
            return byKind == 0 ? name.compareTo(other.name) : byKind;
        }
    }

    private PodReferences() {}

    static Set<Reference> of(WorkloadSpec spec) {
        Stream<SupplyKey> variables = spec.getContainersList().stream()
                .flatMap(container -> container.getPod().getEnvironmentList().stream())
                .flatMap(PodReferences::of);
        Stream<SupplyKey> files = spec.getVolumesList().stream()
                .flatMap(volume -> volume.getProjection().getSourcesList().stream())
                .filter(ProjectionSource::hasSupply)
                .map(ProjectionSource::getSupply);
        Set<Reference> references = new TreeSet<>();
        Stream.concat(variables, files).forEach(key -> references.add(new Reference(key.getKind(), key.getName())));
        spec.getVolumesList().stream()
                .filter(VolumeSpec::hasClaim)
                .forEach(volume -> references.add(
                        new Reference(Supply.Kind.CLAIM, volume.getClaim().getClaim())));
        spec.getPod()
                .getPullSecretsList()
                .forEach(name -> references.add(new Reference(Supply.Kind.PULL_SECRET, name)));
        return references;
    }

    private static Stream<SupplyKey> of(EnvironmentSource source) {
        return switch (source.getSourceCase()) {
            case KEY -> Stream.of(source.getKey());
            case ALL -> Stream.of(source.getAll());
            default -> Stream.empty();
        };
    }
}
