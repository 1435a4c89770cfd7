package dev.guard.memory;

/** Stands for a backend. */
public class SomeStore {}
