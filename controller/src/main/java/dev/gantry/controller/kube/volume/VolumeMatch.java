package dev.gantry.controller.kube.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.quantity.Quantity;
import dev.gantry.controller.kube.select.LabelSelector;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Chooses among the volumes that are there for a claim, as upstream's binder does. Pure. */
final class VolumeMatch {

    private final KubeDocument claim;

    VolumeMatch(KubeDocument claim) {
        this.claim = claim;
    }

    /** Why the claim cannot have a volume that it names and that is nobody's. */
    Optional<String> mismatch(KubeDocument volume) {
        if (isTooSmall(volume)) {
            return Optional.of("requested PV is too small");
        }
        if (!hasClass(volume)) {
            return Optional.of("storageClassName does not match");
        }
        if (!hasVolumeMode(volume)) {
            return Optional.of("incompatible volumeMode");
        }
        return hasModes(volume) ? Optional.empty() : Optional.of("incompatible accessMode");
    }

    /**
     * The one that waits for the claim; else, of those that are nobody's and have all that the claim asks for, one with as few access modes as
     * can be, and of these the smallest.
     *
     * @param onlyKept whether nobody else's but one that waits for the claim will do
     */
    Optional<KubeDocument> best(List<KubeDocument> volumes, boolean onlyKept) {
        List<KubeDocument> fit = volumes.stream()
                .filter(volume -> VolumeNames.isFree(volume, claim)
                        && !volume.meta().isDeleted()
                        && !isTooSmall(volume)
                        && hasVolumeMode(volume)
                        && hasModes(volume))
                .toList();
        Comparator<KubeDocument> order = Comparator.<KubeDocument>comparingInt(
                        volume -> modes(volume).size())
                .thenComparing(volume -> size(volume).value())
                .thenComparing(volume -> volume.name().name());
        Optional<KubeDocument> kept = fit.stream()
                .filter(volume -> VolumeNames.isKeptFor(volume, claim))
                .min(order);
        return kept.isPresent() || onlyKept
                ? kept
                : fit.stream()
                        .filter(volume -> hasClass(volume) && isSelected(volume))
                        .min(order);
    }

    private boolean isTooSmall(KubeDocument volume) {
        Quantity wanted =
                quantity(claim.spec().path("resources").path("requests").path("storage"));
        return wanted.exceeds(size(volume));
    }

    private static Quantity size(KubeDocument volume) {
        return quantity(volume.spec().path("capacity").path("storage"));
    }

    private static Quantity quantity(JsonNode text) {
        return Quantity.find(text.asText()).orElse(Quantity.ZERO);
    }

    private boolean hasClass(KubeDocument volume) {
        return volume.spec().path("storageClassName").asText().equals(VolumeNames.classOf(claim));
    }

    private boolean hasVolumeMode(KubeDocument volume) {
        return volumeMode(volume).equals(volumeMode(claim));
    }

    private static String volumeMode(KubeDocument document) {
        return document.spec().path("volumeMode").asText("Filesystem");
    }

    private boolean hasModes(KubeDocument volume) {
        return modes(volume).containsAll(modes(claim));
    }

    private static Set<String> modes(KubeDocument document) {
        return new HashSet<>(Json.texts(document.spec().path("accessModes")));
    }

    private boolean isSelected(KubeDocument volume) {
        JsonNode selector = claim.spec().path("selector");
        return selector.isEmpty()
                || LabelSelector.parse(LabelSelector.text(selector))
                        .matches(volume.meta().labels());
    }
}
