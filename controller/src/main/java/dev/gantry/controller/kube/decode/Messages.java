package dev.gantry.controller.kube.decode;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** The protobuf messages of the Kubernetes API, as the build took them from its Java model. */
final class Messages {

    static final String META = "k8s.io.apimachinery.pkg.apis.meta.v1.";
    private static final String API = "k8s.io.api.";
    private static final Map<String, String> OTHER_PACKAGES =
            Map.of("apiextensions.k8s.io", "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.");

    private final Map<String, Descriptor> byName = new HashMap<>();

    private Messages(FileDescriptorSet set) throws DescriptorValidationException {
        Map<String, FileDescriptor> files = new HashMap<>();
        for (FileDescriptorProto proto : set.getFileList()) {
            FileDescriptor[] needs =
                    proto.getDependencyList().stream().map(files::get).toArray(FileDescriptor[]::new);
            FileDescriptor file = FileDescriptor.buildFrom(proto, needs);
            files.put(proto.getName(), file);
            file.getMessageTypes().forEach(message -> byName.put(message.getFullName(), message));
        }
    }

    /** Read when the first body comes that needs them. */
    private static final class Holder {
        static final Messages ALL = load();
    }

    static Messages all() {
        return Holder.ALL;
    }

    private static Messages load() {
        try (InputStream file = Messages.class.getResourceAsStream("messages.gz")) {
            if (file == null) {
                throw new IllegalStateException("messages.gz is missing in this build");
            }
            return new Messages(FileDescriptorSet.parseFrom(new GZIPInputStream(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    Descriptor envelope() {
        return Objects.requireNonNull(byName.get("k8s.io.apimachinery.pkg.runtime.Unknown"));
    }

    /** The message of a kind; options of requests are of every group. */
    Optional<Descriptor> find(String apiVersion, String kind) {
        int slash = apiVersion.indexOf('/');
        String group = slash < 0 ? "core" : apiVersion.substring(0, slash);
        String version = apiVersion.substring(slash + 1);
        String place = OTHER_PACKAGES.getOrDefault(group, API + group.split("\\.", 2)[0] + ".");
        return Optional.ofNullable(byName.get(place + version + "." + kind))
                .or(() -> Optional.ofNullable(byName.get(META + kind)));
    }
}
