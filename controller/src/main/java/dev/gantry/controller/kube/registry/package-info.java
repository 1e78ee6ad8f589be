/**
 * How objects of the Kubernetes API are read from images and written in transactions, and the rules that hold for all
 * kinds: birth, change and deletion. Pure; the commits are made by others.
 */
@NullMarked
package dev.gantry.controller.kube.registry;

import org.jspecify.annotations.NullMarked;
