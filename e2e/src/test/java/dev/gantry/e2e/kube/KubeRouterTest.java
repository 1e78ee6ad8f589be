package dev.gantry.e2e.kube;

import static dev.gantry.e2e.kube.KubeFleet.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Host;
import dev.gantry.e2e.bed.ShellImage;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pods of two machines with a router in between, who knows nothing of pods. */
@Tag("e2e")
class KubeRouterTest {

    private static final int BYTES = 5_000_000;

    private static final String PODS = """
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: %s
                command: [sh, -c, "mkdir -p /tmp/www; busybox hostname > /tmp/www/index.html; busybox head -c %d /dev/zero > /tmp/www/much; exec busybox httpd -f -v -p 8080 -h /tmp/www"]
                readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        """;

    private static KubeFleet kube;
    private static Host one;
    private static Host other;

    @BeforeAll
    static void start() throws IOException {
        kube = KubeFleet.start(2);
        kube.hosts().all().parallelStream().forEach(host -> ShellImage.on(host.engine()));
        one = kube.hosts().get(0);
        other = kube.hosts().get(1);
        one.parted(other);
        other.parted(one);
        kube.apply(PODS.formatted(ShellImage.NAME, BYTES));
        kube.awaitRollout("daemonset/web");
    }

    @AfterAll
    static void stop() {
        if (kube != null) {
            kube.close();
        }
    }

    private static String podOn(Host host) {
        return kube.pods("web").stream()
                .filter(pod -> kube.hostOf(pod).equals(host))
                .findFirst()
                .orElseThrow();
    }

    private static String address(String pod) {
        return kube.kubectl("get", "pod", pod, "-o", "jsonpath={.status.podIP}")
                .run()
                .must();
    }

    private static String fetched(String pod, String host, int port) {
        return kube.inPod(pod, ShellImage.get(host, port) + " 2>&1").out().strip();
    }

    private static String in(Host host, String... words) {
        return Command.of(words).inNamespace(host.namespace()).run().must();
    }

    @Test
    void reachEachOtherWithTheirOwnAddresses() {
        String here = podOn(one);
        String there = podOn(other);
        await("the way there", () -> fetched(here, address(there), 8080).equals(there));
        await("the way back", () -> fetched(there, address(here), 8080).equals(here));
        assertThat(kube.kubectl("logs", there).run().must()).as("who asked").contains("[::ffff:" + address(here) + "]");
        assertThat(in(one, "ip", "route", "show", "proto", "71")).contains("gvxlan");
        String much = """
            exec 3<>/dev/tcp/%s/8080; printf 'GET /much HTTP/1.0\\r\\n\\r\\n' >&3; busybox cat <&3 | busybox wc -c\
            """;
        assertThat(Integer.parseInt(
                        kube.inPod(here, "busybox timeout 20 bash -c \"" + much.formatted(address(there)) + "\"")
                                .out()
                                .strip()))
                .as("bytes in packets as large as they get")
                .isGreaterThan(BYTES);
        Set<String> answers = kube.inPod(
                        here, "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do " + ShellImage.get("web", 80) + "; done")
                .out()
                .lines()
                .map(String::strip)
                .collect(Collectors.toSet());
        assertThat(answers).containsExactlyInAnyOrder(here, there);
        // Nobody else sends into the cluster through it.
        assertThat(in(other, "nft", "list", "ruleset"))
                .contains("udp dport 4568 ip saddr != @nodes drop")
                .contains("elements = { " + one.address() + " }");
        one.joined(other);
        other.joined(one);
        // Any news of the network has both look again.
        String _ = kube.kubectl("create", "service", "clusterip", "other", "--tcp=80")
                .run()
                .must();
        await(
                "the direct way",
                () -> !in(one, "ip", "route", "show", "proto", "71").contains("gvxlan"));
        await("no tunnel", () -> !in(other, "ip", "-o", "link").contains("gvxlan"));
        assertThat(fetched(here, address(there), 8080)).isEqualTo(there);
    }
}
