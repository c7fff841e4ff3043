"""Opens the lab on Ray Serve: python serve.py, once requirements-serve.txt is installed."""

if __name__ == "__main__":
    from lab.cluster import main

    main()
