package dev.gantry.e2e.kube;

import static dev.gantry.e2e.kube.KubeFleet.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Host;
import dev.gantry.e2e.bed.ShellImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** An ingress with kubectl before real containers, asked by curl from outside. The order is that of its end. */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubeIngressTest {

    private static final String SERVING = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %1$s}
        spec:
          replicas: 2
          selector: {matchLabels: {app: %1$s}}
          template:
            metadata: {labels: {app: %1$s}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: %2$s
                command: [sh, -c, "mkdir -p /tmp/www/api; for d in /tmp/www /tmp/www/api; do busybox hostname > $d/index.html; done; exec busybox httpd -f -p 8080 -h /tmp/www"]
                readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s}
        spec: {selector: {app: %1$s}, ports: [{name: http, port: 80, targetPort: 8080}]}
        """;

    private static KubeFleet kube;

    @BeforeAll
    static void start() throws IOException {
        kube = KubeFleet.start(2);
        kube.hosts().all().parallelStream().forEach(host -> ShellImage.on(host.engine()));
        kube.apply(SERVING.formatted("web", ShellImage.NAME) + "---\n" + SERVING.formatted("api", ShellImage.NAME));
        kube.awaitRollout("deployment/web");
        kube.awaitRollout("deployment/api");
    }

    @AfterAll
    static void stop() {
        if (kube != null) {
            kube.close();
        }
    }

    private static String kubectl(String... words) {
        return kube.kubectl(words).run().must();
    }

    /** What curl says: the body, then the status on a line of its own. */
    private static String curl(Host host, String url, String... more) {
        String[] words = {
            "curl",
            "-sk",
            "-m",
            "10",
            "-w",
            "\n%{http_code}",
            "--resolve",
            "shop.test:80:" + host.address(),
            "--resolve",
            "shop.test:443:" + host.address(),
            "--resolve",
            "other.test:80:" + host.address(),
            url
        };
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of(more));
        return Command.of(all.toArray(String[]::new)).run().out().strip();
    }

    /** The pods that answer to a few requests. */
    private static Set<String> answering(Host host, String url) {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < 6; i++) {
            names.add(curl(host, url).replaceFirst("\\s+200$", ""));
        }
        return names;
    }

    @Test
    @Order(1)
    void leadsHostsAndPathsToServicesFromEveryNode() {
        String _ = kubectl("create", "ingress", "shop", "--rule=shop.test/*=web:http", "--rule=shop.test/api=api:80");
        for (Host host : kube.hosts().all()) {
            await(
                    "the ingress at " + host.address(),
                    () -> curl(host, "http://shop.test/").endsWith("\n200"));
            assertThat(answering(host, "http://shop.test/")).isEqualTo(kube.pods("web"));
            // What is exact is not what is below it.
            assertThat(curl(host, "http://shop.test/api")).endsWith("302");
            assertThat(answering(host, "http://shop.test/api/")).isEqualTo(kube.pods("web"));
            assertThat(curl(host, "http://other.test/")).endsWith("404");
        }
    }

    @Test
    @Order(2)
    void isShownWithTheAddressesOfTheNodes() {
        String addresses = String.join(
                ",", kube.hosts().all().stream().map(Host::address).sorted().toList());
        await("both addresses", () -> kubectl("get", "ingress", "shop").contains(addresses));
        assertThat(kubectl("get", "ingress").lines().toList().getFirst())
                .matches("NAME +CLASS +HOSTS +ADDRESS +PORTS +AGE\\s*");
        assertThat(kubectl("get", "ingress")).containsPattern("shop +gantry +shop\\.test +" + addresses + " +80 +");
        assertThat(kubectl("describe", "ingress", "shop"))
                .containsPattern("Ingress Class: +gantry")
                .containsPattern("shop\\.test +\n? +/ +web:http \\([\\d.]+:8080,[\\d.]+:8080\\)");
        assertThat(kubectl("get", "ingressclass")).containsPattern("gantry +gantry\\.dev/ingress +<none>");
    }

    @Test
    @Order(3)
    void showsTheCertificateOfASecret() {
        String files = kube.fleet().home().toString();
        String _ = Command.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "1",
                        "-subj",
                        "/CN=shop.test",
                        "-addext",
                        "subjectAltName=DNS:shop.test",
                        "-keyout",
                        files + "/tls.key",
                        "-out",
                        files + "/tls.crt")
                .run()
                .must();
        String _ = kubectl(
                "create", "secret", "tls", "shop-tls", "--cert=" + files + "/tls.crt", "--key=" + files + "/tls.key");
        String _ = kubectl(
                "patch",
                "ingress",
                "shop",
                "--type=merge",
                "-p",
                "{\"spec\":{\"tls\":[{\"hosts\":[\"shop.test\"],\"secretName\":\"shop-tls\"}]}}");
        for (Host host : kube.hosts().all()) {
            Command believing = Command.of(
                    "curl",
                    "-s",
                    "-m",
                    "10",
                    "--http2",
                    "--cacert",
                    files + "/tls.crt",
                    "-w",
                    "\n%{http_code} %{http_version}",
                    "--resolve",
                    "shop.test:443:" + host.address(),
                    "https://shop.test/");
            await(
                    "the certificate at " + host.address(),
                    () -> believing.run().out().endsWith("\n200 2"));
            assertThat(curl(host, "http://shop.test/x?y", "-o", "/dev/null", "-w", "%{redirect_url}"))
                    .contains("https://shop.test/x?y");
            assertThat(Command.of(
                                    "grep",
                                    "-rl",
                                    "PRIVATE KEY-----",
                                    kube.fleet().agentHome(host).toString())
                            .run()
                            .out()
                            .lines())
                    .as("files with keys")
                    .allMatch(file -> file.endsWith("/key.pem"));
        }
    }

    @Test
    @Order(4)
    void goesOnWithoutAController() {
        kube.fleet().controller(0).kill();
        for (Host host : kube.hosts().all()) {
            assertThat(curl(host, "https://shop.test/")).endsWith("\n200");
            kube.fleet().agent(host).kill();
            kube.fleet().agent(host).restart();
            await(
                    "the ingress after a new start of the agent",
                    () -> curl(host, "https://shop.test/").endsWith("\n200"));
        }
    }
}
