package dev.gantry.controller;

import dev.gantry.controller.kube.access.ServiceAccountTokens;
import dev.gantry.controller.kube.apps.DaemonSetReconciler;
import dev.gantry.controller.kube.apps.DeploymentReconciler;
import dev.gantry.controller.kube.apps.ReplicaSetReconciler;
import dev.gantry.controller.kube.apps.StatefulSetReconciler;
import dev.gantry.controller.kube.batch.CronJobReconciler;
import dev.gantry.controller.kube.batch.JobPodReconciler;
import dev.gantry.controller.kube.batch.JobReconciler;
import dev.gantry.controller.kube.collect.GarbageReconciler;
import dev.gantry.controller.kube.collect.NamespaceReconciler;
import dev.gantry.controller.kube.definition.DefinitionReconciler;
import dev.gantry.controller.kube.disruption.BudgetReconciler;
import dev.gantry.controller.kube.disruption.PreemptionReconciler;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.ingress.IngressReconciler;
import dev.gantry.controller.kube.networkpolicy.NetworkPolicyReconciler;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.controller.kube.pod.PodEventReconciler;
import dev.gantry.controller.kube.pod.PodReconciler;
import dev.gantry.controller.kube.pod.SupplyReconciler;
import dev.gantry.controller.kube.pod.TaintReconciler;
import dev.gantry.controller.kube.quota.QuotaReconciler;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.service.ApiServiceReconciler;
import dev.gantry.controller.kube.service.LoadBalancerReconciler;
import dev.gantry.controller.kube.service.ServiceReconciler;
import dev.gantry.controller.kube.volume.VolumeClaimReconciler;
import dev.gantry.controller.kube.volume.VolumeReconciler;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.Workload;
import java.util.List;

/** The planners of the Kubernetes API. */
public final class KubePlanners {

    private KubePlanners() {}

    /** Those of workloads that are pods. */
    public static List<Reconciler<Workload>> ofPods(ServiceAccountTokens tokens) {
        return List.of(
                new PodReconciler(),
                new SupplyReconciler(tokens),
                new PodEventReconciler(),
                new TaintReconciler(),
                new PreemptionReconciler(),
                new JobPodReconciler());
    }

    /** Those of the kinds that are documents. */
    public static List<Reconciler<KubeObject>> ofObjects(Creation creation) {
        PodMaker maker = new PodCompiler();
        return List.of(
                new NamespaceReconciler(),
                new DefinitionReconciler(),
                new GarbageReconciler(),
                ReplicaSetReconciler.ofReplicaSets(maker),
                ReplicaSetReconciler.ofReplicationControllers(maker),
                new DeploymentReconciler(),
                new StatefulSetReconciler(maker),
                new DaemonSetReconciler(maker),
                new JobReconciler(maker),
                new QuotaReconciler(),
                new BudgetReconciler(),
                new ServiceReconciler(),
                new LoadBalancerReconciler(),
                new ApiServiceReconciler(creation),
                new IngressReconciler(),
                new NetworkPolicyReconciler(),
                new VolumeClaimReconciler(),
                new VolumeReconciler(),
                new CronJobReconciler());
    }
}
