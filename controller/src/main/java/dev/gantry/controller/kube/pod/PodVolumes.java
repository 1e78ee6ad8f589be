package dev.gantry.controller.kube.pod;

import dev.gantry.controller.kube.access.ServiceAccountTokens;
import dev.gantry.controller.kube.quantity.Quantity;
import dev.gantry.proto.ClaimedVolume;
import dev.gantry.proto.EmptyDirectory;
import dev.gantry.proto.NfsVolume;
import dev.gantry.proto.ProjectedFile;
import dev.gantry.proto.Projection;
import dev.gantry.proto.ProjectionItem;
import dev.gantry.proto.ProjectionSource;
import dev.gantry.proto.Supply;
import dev.gantry.proto.SupplyKey;
import dev.gantry.proto.VolumeSpec;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the volumes of a pod. */
final class PodVolumes {

    private static final int MODE = 0644;
    private static final Set<String> HOST_PATH_TYPES =
            Set.of("DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket");

    private final Variables variables;

    PodVolumes(Variables variables) {
        this.variables = variables;
    }

    VolumeSpec compile(Part volume) {
        volume.only(Set.of(
                "name",
                "emptyDir",
                "configMap",
                "secret",
                "projected",
                "downwardAPI",
                "hostPath",
                "nfs",
                "persistentVolumeClaim"));
        VolumeSpec.Builder spec = VolumeSpec.newBuilder().setName(volume.text("name"));
        Part claim = volume.at("persistentVolumeClaim");
        if (claim.isPresent()) {
            claim.only(Set.of("claimName", "readOnly"));
            return spec.setClaim(ClaimedVolume.newBuilder()
                            .setClaim(claim.text("claimName"))
                            .setReadOnly(claim.flag("readOnly", false)))
                    .build();
        }
        Part share = volume.at("nfs");
        if (share.isPresent()) {
            share.only(Set.of("server", "path", "readOnly"));
            return spec.setNfs(NfsVolume.newBuilder()
                            .setServer(share.text("server"))
                            .setPath(share.text("path"))
                            .setReadOnly(share.flag("readOnly", false)))
                    .build();
        }
        Part host = volume.at("hostPath");
        if (host.isPresent()) {
            host.oneOf("type", HOST_PATH_TYPES);
            return spec.setHostPath(host.text("path"))
                    .setHostPathType(host.text("type"))
                    .build();
        }
        for (String kind : new String[] {"configMap", "secret", "downwardAPI"}) {
            Part part = volume.at(kind);
            if (part.isPresent()) {
                Projection.Builder projection =
                        Projection.newBuilder().setDefaultMode(part.number("defaultMode", MODE));
                return spec.setProjection(source(projection, kind, part)).build();
            }
        }
        Part projected = volume.at("projected");
        if (projected.isPresent()) {
            return spec.setProjection(projected(projected)).build();
        }
        return spec.setEmpty(empty(volume.at("emptyDir"))).build();
    }

    private static EmptyDirectory empty(Part empty) {
        empty.only(Set.of("medium", "sizeLimit"));
        empty.oneOf("medium", Set.of("Memory"));
        EmptyDirectory.Builder built =
                EmptyDirectory.newBuilder().setMemory(empty.text("medium").equals("Memory"));
        if (!empty.text("sizeLimit").isEmpty()) {
            if (!built.getMemory()) {
                throw empty.at("sizeLimit").unsupported("is supported with the medium Memory only");
            }
            built.setSizeBytes(Quantity.parse(empty.text("sizeLimit")).units());
        }
        return built.build();
    }

    private Projection projected(Part projected) {
        Projection.Builder built = Projection.newBuilder().setDefaultMode(projected.number("defaultMode", MODE));
        for (Part from : projected.at("sources").items()) {
            from.only(Set.of("configMap", "secret", "downwardAPI", "serviceAccountToken"));
            if (from.at("serviceAccountToken").isPresent()) {
                built.addSources(token(from.at("serviceAccountToken")));
            }
            for (String kind : new String[] {"configMap", "secret", "downwardAPI"}) {
                if (from.at(kind).isPresent()) {
                    source(built, kind, from.at(kind));
                }
            }
        }
        return built.build();
    }

    private Projection.Builder source(Projection.Builder to, String kind, Part part) {
        if (kind.equals("downwardAPI")) {
            part.only(Set.of("items", "defaultMode"));
            part.at("items")
                    .items()
                    .forEach(item -> to.addSources(ProjectionSource.newBuilder().setFile(file(item))));
            return to;
        }
        boolean secret = kind.equals("secret");
        SupplyKey.Builder reference = SupplyKey.newBuilder()
                .setKind(secret ? Supply.Kind.SECRET : Supply.Kind.CONFIG_MAP)
                .setName(part.text("secretName", part.text("name")))
                .setOptional(part.flag("optional", false));
        ProjectionSource.Builder source = ProjectionSource.newBuilder().setSupply(reference);
        for (Part item : part.at("items").items()) {
            ProjectionItem.Builder chosen =
                    ProjectionItem.newBuilder().setKey(item.text("key")).setPath(path(item));
            mode(item).ifPresent(chosen::setMode);
            source.addItems(chosen);
        }
        return to.addSources(source);
    }

    private static ProjectionSource token(Part token) {
        token.only(Set.of("audience", "expirationSeconds", "path"));
        int seconds = token.number("expirationSeconds", ServiceAccountTokens.LIFE_SECONDS_DEFAULT);
        if (seconds < ServiceAccountTokens.LIFE_SECONDS_MIN) {
            throw token.at("expirationSeconds").unsupported(ServiceAccountTokens.TOO_SHORT);
        }
        return ProjectionSource.newBuilder()
                .setSupply(SupplyKey.newBuilder()
                        .setKind(Supply.Kind.TOKEN)
                        .setName(PodTokens.name(token.text("audience"), seconds)))
                .addItems(ProjectionItem.newBuilder().setKey("token").setPath(path(token)))
                .build();
    }

    private ProjectedFile file(Part item) {
        item.only(Set.of("path", "mode", "fieldRef", "resourceFieldRef"));
        String content = item.at("resourceFieldRef").isPresent()
                ? variables.resource(item.at("resourceFieldRef"), Optional.empty())
                : variables.field(item.at("fieldRef"));
        ProjectedFile.Builder file =
                ProjectedFile.newBuilder().setPath(path(item)).setContent(content);
        mode(item).ifPresent(file::setMode);
        return file.build();
    }

    private static Optional<Integer> mode(Part item) {
        return item.at("mode").isPresent() ? Optional.of(item.number("mode", MODE)) : Optional.empty();
    }

    private static String path(Part item) {
        String path = item.text("path");
        if (path.isEmpty() || path.startsWith("/") || List.of(path.split("/")).contains("..")) {
            throw item.at("path").unsupported("must be a relative path without \"..\"");
        }
        return path;
    }
}
