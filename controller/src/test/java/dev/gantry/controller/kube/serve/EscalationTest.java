package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may write roles may not give himself, or others, more than he has. */
class EscalationTest {

    private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/";
    private static final String ROLES = RBAC + "namespaces/default/roles";
    private static final String BINDINGS = RBAC + "namespaces/default/rolebindings";
    private static final String READ = "{'apiGroups': [''], 'resources': ['%s'], 'verbs': ['get', 'list']}";

    private KubeWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = new KubeWorld();
        world.post(BINDINGS, binding("eve", "ClusterRole", "admin", "eve"));
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private static String role(String name, String rules) {
        return "{'metadata': {'name': '" + name + "'}, 'rules': [" + rules + "]}";
    }

    private static String binding(String name, String kind, String role, String user) {
        return """
            {'metadata': {'name': '%s'},
             'roleRef': {'apiGroup': 'rbac.authorization.k8s.io', 'kind': '%s', 'name': '%s'},
             'subjects': [{'kind': 'User', 'apiGroup': 'rbac.authorization.k8s.io', 'name': '%s'}]}\
            """.formatted(name, kind, role, user);
    }

    @Test
    void grantsWhatTheUserHolds() throws IOException, InterruptedException {
        assertThat(world.postAs("eve", ROLES, role("reader", READ.formatted("configmaps")))
                        .status())
                .isEqualTo(201);
        assertThat(world.postAs("eve", BINDINGS, binding("bob", "Role", "reader", "bob"))
                        .status())
                .isEqualTo(201);
        assertThat(world.getAs("bob", "/api/v1/namespaces/default/configmaps").status())
                .isEqualTo(200);
    }

    /** Whoever may make config maps called {@code exec} may not run commands in a pod of that name. */
    @Test
    void takesNoNameForASubresource() throws IOException, InterruptedException {
        world.post(
                "/api/v1/namespaces/default/pods",
                "{'metadata': {'name': 'exec'}, 'spec': {'containers': [{'name': 'c', 'image': 'i'}]}}");
        assertThat(world.refusal("/api/v1/namespaces/default/configmaps/exec?command=id"))
                .isEqualTo(404);
        assertThat(world.refusal("/api/v1/namespaces/default/pods/exec/exec?command=id"))
                .isEqualTo(400);
    }

    @Test
    void refusesToGrantMore() throws IOException, InterruptedException {
        KubeWorld.Answer nodes = world.postAs("eve", ROLES, role("nodes", READ.formatted("nodes")));
        assertThat(nodes.status()).isEqualTo(403);
        assertThat(nodes.text("/message"))
                .contains("is attempting to grant RBAC permissions not currently held", "nodes");
        String all = "{'apiGroups': ['*'], 'resources': ['*'], 'verbs': ['*']}";
        assertThat(world.postAs("eve", ROLES, role("all", all)).status()).isEqualTo(403);
        assertThat(world.postAs("eve", BINDINGS, binding("all", "ClusterRole", "cluster-admin", "eve"))
                        .status())
                .isEqualTo(403);
        world.post(ROLES, role("grows", READ.formatted("configmaps")));
        assertThat(world.patchAs(
                                "eve",
                                ROLES + "/grows",
                                "application/merge-patch+json",
                                "{'rules': [" + READ.formatted("nodes") + "]}")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void letsThosePassWhoMayEscalateOrBind() throws IOException, InterruptedException {
        world.post(
                RBAC + "clusterroles",
                role(
                        "grantor",
                        "{'apiGroups': ['rbac.authorization.k8s.io'], 'resources': ['roles', 'clusterroles'],"
                                + " 'verbs': ['escalate', 'bind']}"));
        world.post(BINDINGS, binding("grantor", "ClusterRole", "grantor", "eve"));
        assertThat(world.postAs("eve", ROLES, role("nodes", READ.formatted("nodes")))
                        .status())
                .isEqualTo(201);
        assertThat(world.postAs("eve", BINDINGS, binding("all", "ClusterRole", "cluster-admin", "eve"))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void refusesToBindARoleThatIsNotThere() throws IOException, InterruptedException {
        assertThat(world.postAs("eve", BINDINGS, binding("none", "Role", "none", "eve"))
                        .status())
                .isEqualTo(404);
    }
}
