import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * Writes the descriptors of the protobuf messages of the Kubernetes API, from the classes of its Java model: of these 13 MB
 * nothing else is needed to read what clients send.
 *
 * <p>Run in source mode by the build: {@code java KubeMessages.java <messages.gz>}.
 */
public final class KubeMessages {

    private static final String PACKAGE = "io.kubernetes.client.proto.";

    /** The stable groups and what they are made of. */
    private static final List<String> FILES = List.of(
            "Runtime",
            "Meta",
            "V1",
            "V1Admissionregistration",
            "V1Apiextensions",
            "V1Apps",
            "V1Authentication",
            "V1Authorization",
            "V1Autoscaling",
            "V1Batch",
            "V1Certificates",
            "V1Coordination",
            "V1Discovery",
            "V1Events",
            "V1Networking",
            "V1Node",
            "V1Policy",
            "V1Rbac",
            "V1Scheduling",
            "V1Storage",
            "V2Autoscaling");

    private final Map<String, FileDescriptor> found = new LinkedHashMap<>();

    private KubeMessages() {}

    /** The only argument is where to write to. */
    public static void main(String[] arguments) throws Exception {
        KubeMessages messages = new KubeMessages();
        for (String name : FILES) {
            messages.add((FileDescriptor)
                    Class.forName(PACKAGE + name).getMethod("getDescriptor").invoke(null));
        }
        FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
        messages.found.values().forEach(file -> set.addFile(file.toProto()));
        Path target = Path.of(arguments[0]);
        Files.createDirectories(target.getParent());
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(target))) {
            set.build().writeTo(out);
        }
    }

    /** What a file needs comes before it. */
    private void add(FileDescriptor file) {
        file.getDependencies().forEach(this::add);
        found.putIfAbsent(file.getFullName(), file);
    }
}
