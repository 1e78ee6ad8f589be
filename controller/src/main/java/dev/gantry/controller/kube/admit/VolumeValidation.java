package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.quantity.Quantity;
import dev.gantry.nfs.NfsRules;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds why a persistent volume is refused. */
record VolumeValidation(Findings findings, JsonNode spec) {

    static final List<String> ACCESS_MODES = List.of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany");

    /** Whatever else a spec has says where the volume is. */
    private static final List<String> OTHERS = List.of(
            "capacity",
            "accessModes",
            "claimRef",
            "persistentVolumeReclaimPolicy",
            "storageClassName",
            "mountOptions",
            "volumeMode",
            "nodeAffinity",
            "volumeAttributesClassName");

    private static final Set<String> SUPPORTED = Set.of("nfs", "hostPath", "local");
    private static final List<String> HOST_PATH_TYPES =
            List.of("", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket");

    void check(Optional<JsonNode> before) {
        capacity();
        JsonNode modes = spec.path("accessModes");
        if (modes.isEmpty()) {
            findings.required("spec.accessModes", "");
        }
        for (int i = 0; i < modes.size(); i++) {
            findings.oneOf("spec.accessModes[" + i + "]", modes.get(i), ACCESS_MODES);
        }
        findings.oneOf(
                "spec.persistentVolumeReclaimPolicy", spec.path("persistentVolumeReclaimPolicy"), List.of("Retain"));
        findings.oneOf("spec.volumeMode", spec.path("volumeMode"), List.of("Filesystem"));
        JsonNode claim = spec.path("claimRef");
        for (String member : List.of("namespace", "name")) {
            if (claim.isObject() && claim.path(member).asText().isEmpty()) {
                findings.required("spec.claimRef." + member, "a volume that is for a claim names it whole");
            }
        }
        findings.nameOrNone("spec.storageClassName", spec.path("storageClassName"));
        options();
        affinity();
        before.ifPresentOrElse(this::change, this::source);
    }

    private void capacity() {
        JsonNode size = spec.at("/capacity/storage");
        if (size.isMissingNode()) {
            findings.required("spec.capacity[storage]", "");
        } else if (Quantity.find(size.asText())
                .filter(one -> !one.isNegative() && !one.isZero())
                .isEmpty()) {
            findings.invalid("spec.capacity[storage]", size, "must be greater than zero");
        }
    }

    private ObjectNode sources() {
        ObjectNode sources = spec.deepCopy();
        sources.remove(OTHERS);
        return sources;
    }

    private void source() {
        ObjectNode sources = sources();
        if (sources.isEmpty()) {
            findings.required("spec", "must specify a volume type");
        } else if (sources.size() > 1) {
            findings.forbidden("spec", "may not specify more than 1 volume type");
        } else {
            sources.fieldNames().forEachRemaining(this::source);
        }
    }

    private void source(String kind) {
        String at = "spec." + kind;
        if (!SUPPORTED.contains(kind)) {
            findings.forbidden(at, "is not supported here: a volume is of the type nfs, hostPath or local");
        } else if (kind.equals("nfs")) {
            new ShareValidation(findings).check(spec.path("nfs"), at);
        } else {
            String path = spec.path(kind).path("path").asText();
            if (path.isEmpty()) {
                findings.required(at + ".path", "");
            } else {
                NfsRules.pathProblem(path).ifPresent(problem -> findings.invalid(at + ".path", path, problem));
            }
            findings.oneOf(at + ".type", spec.path(kind).path("type"), HOST_PATH_TYPES);
        }
        if (kind.equals("local") && !spec.hasNonNull("nodeAffinity")) {
            findings.required("spec.nodeAffinity", "Local volume requires node affinity");
        }
    }

    private void options() {
        JsonNode options = spec.path("mountOptions");
        if (!options.isEmpty() && !spec.hasNonNull("nfs")) {
            findings.forbidden("spec.mountOptions", "may not specify mount options for this volume type");
        }
        if (options.size() > NfsRules.OPTIONS_MAX) {
            findings.tooMany("spec.mountOptions", NfsRules.OPTIONS_MAX);
        }
        for (int i = 0; i < options.size(); i++) {
            String at = "spec.mountOptions[" + i + "]";
            String option = options.get(i).asText();
            NfsRules.optionProblem(option).ifPresent(problem -> findings.invalid(at, option, problem));
        }
    }

    private void affinity() {
        JsonNode terms = spec.at("/nodeAffinity/required/nodeSelectorTerms");
        String at = "spec.nodeAffinity.required";
        if (spec.hasNonNull("nodeAffinity") && terms.isEmpty()) {
            findings.required(at + ".nodeSelectorTerms", "must have at least one node selector term");
        }
        for (int i = 0; i < terms.size(); i++) {
            String term = at + ".nodeSelectorTerms[" + i + "]";
            new SelectorValidation(findings).check(terms.get(i), term);
            if (terms.get(i).path("matchExpressions").isEmpty()) {
                findings.required(term + ".matchExpressions", "a term selects nodes by their labels");
            }
            if (!terms.get(i).path("matchFields").isEmpty()) {
                findings.forbidden(
                        term + ".matchFields", "is not supported here: use the label kubernetes.io/hostname");
            }
        }
    }

    private void change(JsonNode before) {
        if (!new VolumeValidation(findings, before).sources().equals(sources())) {
            findings.forbidden(
                    "spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation");
        }
        findings.unchanged("spec.volumeMode", before.path("volumeMode"), spec.path("volumeMode"));
        if (before.hasNonNull("nodeAffinity")) {
            findings.unchanged("spec.nodeAffinity", before.path("nodeAffinity"), spec.path("nodeAffinity"));
        }
    }
}
