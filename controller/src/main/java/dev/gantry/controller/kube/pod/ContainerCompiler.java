package dev.gantry.controller.kube.pod;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.LinuxParameters;
import dev.gantry.proto.Mount;
import dev.gantry.proto.PodContainer;
import dev.gantry.proto.PodContainer.Pull;
import dev.gantry.proto.PodContainer.Role;
import java.util.Set;

/** Reads a container of a pod. */
final class ContainerCompiler {

    private static final Set<String> KNOWN = Set.of(
            "name",
            "image",
            "command",
            "args",
            "workingDir",
            "ports",
            "env",
            "envFrom",
            "resources",
            "volumeMounts",
            "livenessProbe",
            "readinessProbe",
            "startupProbe",
            "lifecycle",
            "terminationMessagePath",
            "terminationMessagePolicy",
            "imagePullPolicy",
            "securityContext",
            "stdin",
            "stdinOnce",
            "tty",
            "restartPolicy",
            "resizePolicy",
            "targetContainerName");

    private static final Set<String> SECURITY = Set.of(
            "privileged",
            "capabilities",
            "readOnlyRootFilesystem",
            "runAsUser",
            "runAsGroup",
            "runAsNonRoot",
            "allowPrivilegeEscalation",
            "procMount",
            "seccompProfile");

    private static final long CPU_UNITS_DEFAULT = 2;

    private final Part spec;
    private final Variables variables;

    /**
     * @param spec of the pod
     */
    ContainerCompiler(Part spec, Variables variables) {
        this.spec = spec;
        this.variables = variables;
    }

    ContainerSpec compile(Part container, Role role) {
        container.only(KNOWN);
        Demands.check(container);
        ContainerSpec.Builder built = ContainerSpec.newBuilder()
                .setName(container.text("name"))
                .setImage(container.text("image"))
                .setEssential(role == Role.APP)
                .addAllEntryPoint(container.texts("command"))
                .addAllCommand(container.texts("args"))
                .setWorkingDirectory(container.text("workingDir"))
                .setInteractive(container.flag("stdin", false))
                .setInteractiveOnce(container.flag("stdinOnce", false))
                .setPseudoTerminal(container.flag("tty", false))
                .setCpuUnits(Math.max(
                        CPU_UNITS_DEFAULT, Demands.request(container, "cpu").cpuUnits()))
                .setMemoryLimitBytes(Demands.limit(container, "memory").units());
        for (Part mount : container.at("volumeMounts").items()) {
            built.addMounts(mount(mount));
        }
        secure(built, container.at("securityContext"));
        return built.setPod(ofPod(container, role)).build();
    }

    private PodContainer ofPod(Part container, Role role) {
        PodContainer.Builder built = PodContainer.newBuilder()
                .setRole(role)
                .setTarget(container.text("targetContainerName"))
                .setPull(pull(container))
                .setCpuLimitUnits(Demands.limit(container, "cpu").cpuUnits())
                .setTerminationMessagePath(container.text("terminationMessagePath", "/dev/termination-log"))
                .setMessageFromLog(container.text("terminationMessagePolicy").equals("FallbackToLogsOnError"));
        variables.addTo(built, container);
        new Probes(container).addTo(built);
        Part security = spec.at("securityContext");
        security.at("supplementalGroups").json().forEach(group -> built.addGroups(group.asLong()));
        if (security.at("fsGroup").isPresent()) {
            built.addGroups(security.at("fsGroup").json().asLong());
        }
        return built.build();
    }

    private static Pull pull(Part container) {
        return switch (container.text("imagePullPolicy")) {
            case "Always" -> Pull.ALWAYS;
            case "Never" -> Pull.NEVER;
            case "IfNotPresent" -> Pull.IF_NOT_PRESENT;
            default -> {
                String image = container.text("image");
                boolean tagged = image.lastIndexOf(':') > image.lastIndexOf('/');
                boolean moves = !image.contains("@") && (!tagged || image.endsWith(":latest"));
                yield moves ? Pull.ALWAYS : Pull.IF_NOT_PRESENT;
            }
        };
    }

    private Mount mount(Part mount) {
        mount.only(Set.of("name", "mountPath", "readOnly", "subPath", "mountPropagation", "recursiveReadOnly"));
        mount.oneOf("mountPropagation", Set.of("None"));
        mount.oneOf("recursiveReadOnly", Set.of("Disabled"));
        String name = mount.text("name");
        boolean known = spec.at("volumes").items().stream()
                .anyMatch(volume -> volume.text("name").equals(name));
        if (!known) {
            throw mount.at("name").unsupported("the pod has no volume \"" + name + "\"");
        }
        return Mount.newBuilder()
                .setVolume(name)
                .setContainerPath(mount.text("mountPath"))
                .setReadOnly(mount.flag("readOnly", false))
                .setSubPath(mount.text("subPath"))
                .build();
    }

    private void secure(ContainerSpec.Builder built, Part own) {
        own.only(SECURITY);
        own.oneOf("procMount", Set.of("Default"));
        Part whole = spec.at("securityContext");
        built.setPrivileged(own.flag("privileged", false));
        built.setReadOnlyRoot(own.flag("readOnlyRootFilesystem", false));
        String user = own.text("runAsUser", whole.text("runAsUser"));
        String group = own.text("runAsGroup", whole.text("runAsGroup"));
        boolean nonRoot = own.flag("runAsNonRoot", whole.flag("runAsNonRoot", false));
        if (nonRoot && (user.isEmpty() || user.equals("0"))) {
            throw own.at("runAsNonRoot")
                    .unsupported("is supported together with a runAsUser other than 0 only, because the image's own "
                            + "user is not known before it is pulled");
        }
        if (!group.isEmpty() && user.isEmpty()) {
            throw own.at("runAsGroup").unsupported("is supported together with runAsUser only");
        }
        built.setUser(group.isEmpty() ? user : user + ":" + group);
        LinuxParameters.Builder linux = LinuxParameters.newBuilder();
        own.at("capabilities").texts("add").forEach(name -> linux.addCapabilitiesAdd(capability(name)));
        own.at("capabilities").texts("drop").forEach(name -> linux.addCapabilitiesDrop(capability(name)));
        if (built.getMemoryLimitBytes() > 0) {
            linux.setMaxSwapBytes(0);
        }
        built.setLinux(linux);
        if (own.at("allowPrivilegeEscalation").isPresent() && !own.flag("allowPrivilegeEscalation", true)) {
            built.addSecurityOptions("no-new-privileges");
        }
        seccomp(built, own.at("seccompProfile").isPresent() ? own : whole);
    }

    private static void seccomp(ContainerSpec.Builder built, Part from) {
        Part profile = from.at("seccompProfile");
        profile.oneOf("type", Set.of("RuntimeDefault", "Unconfined"));
        if (profile.text("type").equals("Unconfined")) {
            built.addSecurityOptions("seccomp=unconfined");
        }
    }

    private static String capability(String name) {
        return name.startsWith("CAP_") ? name.substring("CAP_".length()) : name;
    }
}
