package dev.gantry.controller.kube.pod;

import static dev.gantry.controller.kube.pod.PodSamples.compiled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.controller.kube.quantity.Quantity;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.controller.scheduler.query.ClusterQuery;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.EnvironmentSource;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.PodContainer.Pull;
import dev.gantry.proto.PodContainer.Role;
import dev.gantry.proto.PodSpec.Restart;
import dev.gantry.proto.Probe;
import dev.gantry.proto.Supply;
import dev.gantry.proto.VolumeSpec;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a pod's document becomes. */
class PodCompilerTest {

    private static ContainerSpec container(String members) {
        return compiled("{'containers': [{'name': 'web', 'image': 'app:1', " + members + "}]}")
                .getSpec()
                .getContainers(0);
    }

    @Test
    void becomesAWorkloadNamedByItsUid() {
        Workload pod = compiled("{'containers': [{'name': 'web', 'image': 'app'}], 'restartPolicy': 'OnFailure'}");
        assertThat(pod.getId()).isEqualTo("0f0e0d0c0b0a09080706050403020100");
        assertThat(pod.getScope()).isEqualTo("kube/default/shop");
        assertThat(pod.getSpec().getNetwork()).isEqualTo(NetworkMode.BRIDGE);
        assertThat(pod.getSpec().getPod().getRestart()).isEqualTo(Restart.ON_FAILURE);
        assertThat(pod.getSpec().getPod().getHostname()).isEqualTo("web-0");
        assertThat(pod.getSpec().getPod().getTerminationGraceSeconds()).isEqualTo(30);
        assertThat(pod.getSpec().getPod().getNeedsSupplies()).isFalse();
        assertThat(pod.getSpec().getLabelsMap()).containsEntry("io.kubernetes.pod.namespace", "shop");
        assertThat(pod.getSpec().getContainers(0).getPod().getPull()).isEqualTo(Pull.ALWAYS);
    }

    @Test
    void mayBeProbedByGrpc() {
        Probe probe = container("'livenessProbe': {'grpc': {'port': 9000, 'service': 'all'}, 'periodSeconds': 3}")
                .getPod()
                .getLiveness();
        assertThat(probe.getAction().getGrpc().getPort()).isEqualTo(9000);
        assertThat(probe.getAction().getGrpc().getService()).isEqualTo("all");
        assertThat(probe.getPeriodSeconds()).isEqualTo(3);
    }

    @Test
    void mayUseTheNamespacesOfTheMachine() {
        WorkloadSpec spec = compiled("{'containers': [{'name': 'web', 'image': 'app'}], 'hostPID': true,"
                        + " 'hostIPC': true, 'hostNetwork': true}")
                .getSpec();
        assertThat(spec.getPidMode()).isEqualTo("host");
        assertThat(spec.getIpcMode()).isEqualTo("host");
        assertThat(spec.getNetwork()).isEqualTo(NetworkMode.HOST);
    }

    @Test
    void takesCommandForTheEntryPointAndArgumentsForTheCommand() {
        ContainerSpec web = container("'command': ['sh', '-c'], 'args': ['serve'], 'workingDir': '/srv'");
        assertThat(web.getEntryPointList()).containsExactly("sh", "-c");
        assertThat(web.getCommandList()).containsExactly("serve");
        assertThat(web.getWorkingDirectory()).isEqualTo("/srv");
        assertThat(web.getPod().getPull()).isEqualTo(Pull.IF_NOT_PRESENT);
    }

    @Test
    void asksForTheMostThatItsContainersNeedAtOneTime() {
        WorkloadSpec spec = compiled("{'initContainers': [{'name': 'side', 'image': 'i', 'restartPolicy': 'Always',"
            + " 'resources': {'requests': {'cpu': '100m'}}},{'name': 'init', 'image': 'i', 'resources': {'requests':"
            + " {'cpu': '2', 'memory': '64Mi'}}}],'containers': [{'name': 'a', 'image': 'i', 'resources': {'limits':"
            + " {'cpu': '500m', 'memory': '1Gi'}}},{'name': 'b', 'image': 'i', 'resources': {'requests': {'memory':"
            + " '100M'}}}]}")
                .getSpec();
        assertThat(spec.getResources().getCpuUnits()).isEqualTo(103 + 2048);
        assertThat(spec.getResources().getMemoryBytes()).isEqualTo((1L << 30) + 100_000_000);
        assertThat(spec.getContainersList())
                .extracting(one -> one.getPod().getRole())
                .containsExactly(Role.SIDECAR, Role.INIT, Role.APP, Role.APP);
        assertThat(spec.getContainers(2).getPod().getCpuLimitUnits()).isEqualTo(512);
        assertThat(spec.getContainers(2).getMemoryLimitBytes()).isEqualTo(1L << 30);
    }

    @Test
    void readsTheEnvironmentFromEverywhere() {
        ContainerSpec web = compiled(
                        "'labels': {'app': 'shop'}",
                        "{'containers': [{'name': 'web', 'image': 'i', 'resources': {'limits': {'memory': '3Mi'}},"
                                + "'envFrom': [{'prefix': 'P_', 'configMapRef': {'name': 'all', 'optional': true}}],"
                                + "'env': [{'name': 'A', 'value': '$(B)'},"
                                + "{'name': 'K', 'valueFrom': {'secretKeyRef': {'name': 's', 'key': 'k'}}},"
                                + "{'name': 'N', 'valueFrom': {'fieldRef': {'fieldPath': 'metadata.name'}}},"
                                + "{'name': 'L', 'valueFrom': {'fieldRef': {'fieldPath': \"metadata.labels['app']\"}}},"
                                        .replace("\"metadata.labels['app']\"", "\"metadata.labels[\\u0027app\\u0027]\"")
                                + "{'name': 'I', 'valueFrom': {'fieldRef': {'fieldPath': 'status.podIP'}}},{'name':"
                                + " 'M', 'valueFrom': {'resourceFieldRef': {'resource': 'limits.memory', 'divisor':"
                                + " '1Mi'}}}]}]}")
                .getSpec()
                .getContainers(0);
        List<EnvironmentSource> all = web.getPod().getEnvironmentList();
        assertThat(all.getFirst().getName()).as("first what everybody gets").isEqualTo("KUBERNETES_SERVICE_HOST");
        List<EnvironmentSource> sources = all.stream()
                .filter(source -> !source.getName().startsWith("KUBERNETES_"))
                .toList();
        assertThat(sources).extracting(EnvironmentSource::getName).containsExactly("P_", "A", "K", "N", "L", "I", "M");
        assertThat(sources.get(0).getAll().getOptional()).isTrue();
        assertThat(sources.get(1).getText()).isEqualTo("$(B)");
        assertThat(sources.get(2).getKey().getKind()).isEqualTo(Supply.Kind.SECRET);
        assertThat(sources.get(3).getLiteral()).isEqualTo("web-0");
        assertThat(sources.get(4).getLiteral()).isEqualTo("shop");
        assertThat(sources.get(5).getField()).isEqualTo("status.podIP");
        assertThat(sources.get(6).getLiteral()).isEqualTo("3");
    }

    @Test
    void readsVolumes() {
        WorkloadSpec spec = compiled("{'volumes': [{'name': 'e', 'emptyDir': {}},{'name': 'm', 'emptyDir': {'medium':"
            + " 'Memory', 'sizeLimit': '1Mi'}},{'name': 'c', 'configMap': {'name': 'conf', 'items': [{'key': 'a',"
            + " 'path': 'x/y', 'mode': 256}]}},{'name': 's', 'secret': {'secretName': 'key', 'defaultMode':"
            + " 256}},{'name': 'd', 'downwardAPI': {'items': [{'path': 'name', 'fieldRef': {'fieldPath':"
            + " 'metadata.name'}}]}},{'name': 'h', 'hostPath': {'path': '/srv', 'type': 'Directory'}}],'containers':"
            + " [{'name': 'web', 'image': 'i','volumeMounts': [{'name': 'e', 'mountPath': '/e', 'subPath': 'in',"
            + " 'readOnly': true}]}]}")
                .getSpec();
        assertThat(spec.getVolumesList())
                .extracting(VolumeSpec::getSourceCase)
                .containsExactly(
                        VolumeSpec.SourceCase.EMPTY,
                        VolumeSpec.SourceCase.EMPTY,
                        VolumeSpec.SourceCase.PROJECTION,
                        VolumeSpec.SourceCase.PROJECTION,
                        VolumeSpec.SourceCase.PROJECTION,
                        VolumeSpec.SourceCase.HOST_PATH);
        assertThat(spec.getVolumes(1).getEmpty().getSizeBytes()).isEqualTo(1 << 20);
        assertThat(spec.getVolumes(2).getProjection().getSources(0).getItems(0).getMode())
                .isEqualTo(0400);
        assertThat(spec.getVolumes(3).getProjection().getDefaultMode()).isEqualTo(0400);
        assertThat(spec.getContainers(0).getMounts(0).getSubPath()).isEqualTo("in");
        assertThat(spec.getPod().getNeedsSupplies()).isTrue();
        assertThat(PodReferences.of(spec)).hasSize(2);
    }

    @Test
    void readsProbesWithNamedPorts() {
        Probe probe = container("'ports': [{'name': 'http', 'containerPort': 8080}],"
                        + "'readinessProbe': {'httpGet': {'path': '/healthz', 'port': 'http'}, 'periodSeconds': 2}")
                .getPod()
                .getReadiness();
        assertThat(probe.getAction().getHttp().getPort()).isEqualTo(8080);
        assertThat(probe.getAction().getHttp().getPath()).isEqualTo("/healthz");
        assertThat(probe.getPeriodSeconds()).isEqualTo(2);
        assertThat(probe.getFailureThreshold()).isEqualTo(3);
        assertThat(probe.getTimeoutSeconds()).isEqualTo(1);
    }

    @Test
    void reservesAndPublishesPortsOfTheMachine() {
        WorkloadSpec spec = compiled("{'containers': [{'name': 'web', 'image': 'i',"
                        + "'ports': [{'containerPort': 80, 'hostPort': 8080}, {'containerPort': 81}]}]}")
                .getSpec();
        assertThat(spec.getResources().getTcpPortsList()).containsExactly(8080);
        assertThat(spec.getPod().getHostPortsList()).hasSize(1);
        WorkloadSpec onHost = compiled("{'hostNetwork': true, 'containers': [{'name': 'web', 'image': 'i',"
                        + "'ports': [{'containerPort': 80}]}]}")
                .getSpec();
        assertThat(onHost.getNetwork()).isEqualTo(NetworkMode.HOST);
        assertThat(onHost.getResources().getTcpPortsList()).containsExactly(80);
    }

    @Test
    void securesContainersAsThePodAndTheyThemselvesSay() {
        ContainerSpec web = compiled("{'securityContext': {'runAsUser': 1000, 'runAsGroup': 2000, 'fsGroup': 3000,"
                        + "'runAsNonRoot': true, 'seccompProfile': {'type': 'RuntimeDefault'}},"
                        + "'containers': [{'name': 'web', 'image': 'i', 'securityContext': {'runAsUser': 7,"
                        + "'readOnlyRootFilesystem': true, 'allowPrivilegeEscalation': false,"
                        + "'capabilities': {'drop': ['ALL'], 'add': ['CAP_CHOWN']}}}]}")
                .getSpec()
                .getContainers(0);
        assertThat(web.getUser()).isEqualTo("7:2000");
        assertThat(web.getReadOnlyRoot()).isTrue();
        assertThat(web.getSecurityOptionsList()).containsExactly("no-new-privileges");
        assertThat(web.getLinux().getCapabilitiesDropList()).containsExactly("ALL");
        assertThat(web.getLinux().getCapabilitiesAddList()).containsExactly("CHOWN");
        assertThat(web.getPod().getGroupsList()).containsExactly(3000L);
    }

    @Test
    void choosesNodesByTheirLabels() {
        WorkloadSpec spec = compiled("{'nodeName': 'attic', 'nodeSelector': {'disk': 'ssd', 'kubernetes.io/arch':"
                        + " 'amd64'},'affinity': {'nodeAffinity':"
                        + " {'requiredDuringSchedulingIgnoredDuringExecution': {'nodeSelectorTerms':"
                        + " [{'matchExpressions': [{'key': 'zone', 'operator': 'In', 'values': ['a', 'b']},{'key':"
                        + " 'old', 'operator': 'DoesNotExist'}]}, {'matchExpressions': [{'key': 'any', 'operator':"
                        + " 'Exists'}]}, {'matchFields': [{'key': 'metadata.name', 'operator': 'NotIn', 'values':"
                        + " ['cellar']}]}]}}},'containers': [{'name': 'web', 'image': 'i'}]}")
                .getSpec();
        assertThat(spec.getConstraintsList())
                .extracting(PlacementConstraint::getExpression)
                .containsExactly(
                        "attribute:kubernetes.io/hostname == attic",
                        "attribute:disk == ssd",
                        "attribute:ecs.cpu-architecture == x86_64",
                        "(attribute:zone in [a, b] and attribute:old !exists) or (attribute:any exists)"
                                + " or (attribute:kubernetes.io/hostname not_in [cellar])");
        spec.getConstraintsList().forEach(constraint -> ClusterQuery.parse(constraint.getExpression()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        'runtimeClassName': 'gvisor', 'containers': []                                       | spec.runtimeClassName
        'containers': [{'name': 'a', 'resources': {'limits': {'nvidia.com/gpu': 1}}}]        | spec.containers[0].resources.limits.nvidia.com/gpu
        'containers': [{'name': 'a', 'lifecycle': {'preStop': {'grpc': {'port': 1}}}}]       | spec.containers[0].lifecycle.preStop.grpc
        'volumes': [{'name': 'v', 'iscsi': {'iqn': 'i', 'lun': 1}}]                         | spec.volumes[0].iscsi
        'affinity': {'podAffinity': {'always': [{}]}}                                         | spec.affinity.podAffinity.always
        'containers': [{'name': 'a', 'securityContext': {'runAsNonRoot': true}}]             | spec.containers[0].securityContext.runAsNonRoot
        'schedulerName': 'mine', 'containers': []                                            | spec.schedulerName
        'containers': [{'name': 'a', 'volumeMounts': [{'name': 'v', 'mountPath': '/v'}]}]    | spec.containers[0].volumeMounts[0].name
        """, quoteCharacter = '`')
    void refusesByItsPathWhatItCannotDo(String spec, String path) {
        assertThatThrownBy(() -> compiled("{" + spec + "}"))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith(path);
    }

    @Test
    void readsQuantities() {
        Map<String, Long> amounts =
                Map.of("1", 1L, "1Ki", 1024L, "1.5k", 1500L, "100m", 1L, "2e3", 2000L, "1Gi", 1L << 30);
        amounts.forEach((text, units) ->
                assertThat(Quantity.parse(text).units()).as(text).isEqualTo(units));
        assertThat(Quantity.parse("250m").cpuUnits()).isEqualTo(256);
        assertThatThrownBy(() -> Quantity.parse("much")).isInstanceOf(RefusedException.class);
    }
}
