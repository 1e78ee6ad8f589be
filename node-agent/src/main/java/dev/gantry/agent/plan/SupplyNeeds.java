package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.EnvironmentSource;
import dev.gantry.proto.Mount;
import dev.gantry.proto.ProjectionItem;
import dev.gantry.proto.ProjectionSource;
import dev.gantry.proto.Supply;
import dev.gantry.proto.SupplyKey;
import dev.gantry.proto.VolumeSpec;
import java.util.Optional;
import java.util.stream.Stream;

/** Tells which config maps, secrets, keys of them and claims a container of a pod needs and does not have. */
final class SupplyNeeds {

    private static final String CONFIG_ERROR = "CreateContainerConfigError";
    private static final String IN_CREATION = "ContainerCreating";

    private final DesiredWorkload desired;

    SupplyNeeds(DesiredWorkload desired) {
        this.desired = desired;
    }

    Optional<Life.Trouble> missing(ContainerSpec spec) {
        Stream<String> environment =
                spec.getPod().getEnvironmentList().stream().flatMap(source -> missing(source).stream());
        Optional<String> first = environment.findFirst();
        if (first.isPresent()) {
            return Optional.of(new Life.Trouble(CONFIG_ERROR, first.get()));
        }
        return spec.getMountsList().stream()
                .flatMap(mount -> missing(mount).stream())
                .findFirst()
                .map(what -> new Life.Trouble(IN_CREATION, "MountVolume.SetUp failed: " + what));
    }

    private Optional<String> missing(EnvironmentSource source) {
        return switch (source.getSourceCase()) {
            case KEY -> missing(source.getKey(), source.getKey().getKey());
            case ALL -> missing(source.getAll(), "");
            default -> Optional.empty();
        };
    }

    private Optional<String> missing(Mount mount) {
        Optional<String> unbound = desired.getSpec().getVolumesList().stream()
                .filter(volume -> volume.getName().equals(mount.getVolume()) && volume.hasClaim())
                .map(volume -> volume.getClaim().getClaim())
                .filter(claim -> desired.getSupplies().getSuppliesList().stream()
                        .noneMatch(one -> one.getKind() == Supply.Kind.CLAIM
                                && one.getName().equals(claim)
                                && one.containsData("volume")))
                .map(claim -> "persistentvolumeclaim \"" + claim + "\" has no volume yet")
                .findFirst();
        return unbound.or(() -> missingFiles(mount));
    }

    private Optional<String> missingFiles(Mount mount) {
        return desired.getSpec().getVolumesList().stream()
                .filter(volume -> volume.getName().equals(mount.getVolume()))
                .filter(VolumeSpec::hasProjection)
                .flatMap(volume -> volume.getProjection().getSourcesList().stream())
                .filter(ProjectionSource::hasSupply)
                .flatMap(source -> missing(source))
                .findFirst();
    }

    private Stream<String> missing(ProjectionSource source) {
        if (source.getItemsCount() == 0) {
            return missing(source.getSupply(), "").stream();
        }
        return source.getItemsList().stream()
                .map(ProjectionItem::getKey)
                .flatMap(key -> missing(source.getSupply(), key).stream());
    }

    /** An empty key asks for the whole. */
    private Optional<String> missing(SupplyKey wanted, String key) {
        Optional<Supply> supply = desired.getSupplies().getSuppliesList().stream()
                .filter(one ->
                        one.getKind() == wanted.getKind() && one.getName().equals(wanted.getName()))
                .findFirst();
        if (wanted.getOptional()) {
            return Optional.empty();
        }
        if (wanted.getKind() == Supply.Kind.TOKEN) {
            return supply.isEmpty() ? Optional.of("the service account has no token yet") : Optional.empty();
        }
        String kind = wanted.getKind() == Supply.Kind.SECRET ? "secret" : "configmap";
        if (supply.isEmpty()) {
            return Optional.of(kind + " \"" + wanted.getName() + "\" not found");
        }
        return key.isEmpty() || supply.get().containsData(key)
                ? Optional.empty()
                : Optional.of("couldn't find key " + key + " in " + kind + " " + wanted.getName());
    }
}
